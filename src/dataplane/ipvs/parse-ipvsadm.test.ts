import { describe, expect, it } from 'vitest';
import { parseIp } from '../../model/address.ts';
import { parseIpvsadm } from './parse-ipvsadm.ts';

const parse = (text: string) => parseIpvsadm({ path: 'x', bytes: new TextEncoder().encode(text) });
const ip = (text: string) => parseIp(text);

describe('parseIpvsadm', () => {
  it('reads the listing', () => {
    const { items, issues } = parse(`IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.7.7:80 rr persistent 10800
  -> 10.244.1.5:8080              Masq    0      1          2
UDP  [fd00::a]:53 wlc
FWM  1 wrr
  -> 10.244.1.6:0                 Route   3      0          0
`);
    expect(issues).toEqual([]);
    expect(items[0]).toMatchObject({
      protocol: 6,
      address: ip('10.96.7.7'),
      port: 80,
      scheduler: 'rr',
      persistentSeconds: 10_800,
    });
    expect(items[0]?.servers[0]).toMatchObject({
      address: ip('10.244.1.5'),
      port: 8080,
      weight: 0,
      forward: 'masq',
      activeConnections: 1,
      inactiveConnections: 2,
    });
    expect(items[1]).toMatchObject({ protocol: 17, address: ip('fd00::a'), port: 53, servers: [] });
    expect(items[2]).toMatchObject({ fwmark: 1, servers: [{ weight: 3, forward: 'route' }] });
  });

  it('reads the saved form', () => {
    const { items } = parse(
      '-A -t 10.96.0.1:443 -s rr -p 600\n-a -t 10.96.0.1:443 -r 192.0.2.1:6443 -m -w 1\n',
    );
    expect(items).toMatchObject([
      { port: 443, persistentSeconds: 600, servers: [{ address: ip('192.0.2.1'), port: 6443, weight: 1 }] },
    ]);
  });

  it('reads /proc/net/ip_vs, whose numbers are hexadecimal', () => {
    const { items } = parse(
      'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\nTCP  0A600007:0050 rr \n  -> 0AF40105:1F90      Masq    1      0          0\n',
    );
    expect(items).toMatchObject([
      { address: ip('10.96.0.7'), port: 80, servers: [{ address: ip('10.244.1.5'), port: 8080 }] },
    ]);
  });

  it('leaves out servers of which a line is not understood, as `ipvsadm -L` prints ports by names', () => {
    const { items, issues } = parse(`TCP  10.96.0.1:6443 rr
  -> 192.0.2.1:6443              Masq    1      0          0
TCP  10.96.0.7:http rr
  -> 10.244.1.5:8080             Masq    1      0          0
TCP  10.96.0.8:9153 rr
  -> 10.244.1.6:http-alt         Masq    1      0          0
`);
    expect(items).toMatchObject([{ port: 6443, servers: [{ address: ip('192.0.2.1') }] }]);
    expect(items[0]?.servers).toHaveLength(1);
    expect(issues.map(({ line }) => line)).toEqual([3, 4, 6]);
  });

  it('takes a text without its last newline for whole where its last line is', () => {
    const list = 'TCP  10.96.0.7:80 rr\n  -> 10.244.1.5:8080             Masq    1      0          12';
    const saved = '-A -t 10.96.0.7:80 -s rr\n-a -t 10.96.0.7:80 -r 10.244.1.5:8080 -m -w 1';
    for (const text of [list, saved]) {
      const { items, issues } = parse(text);
      expect([items[0]?.servers.length, issues]).toEqual([1, []]);
      expect(parse(text.slice(0, -8)).issues.map(({ problem }) => problem)).toContain(
        'the last line ends in the middle: more may follow',
      );
    }
    expect(parse('TCP  10.96.0.7:80 rr').issues).toHaveLength(1);
  });

  it('names lines that it does not understand', () => {
    expect(parse('TCP nonsense\n  -> 10.0.0.1:80 Masq 1 0 0\n').issues).toHaveLength(2);
  });
});
