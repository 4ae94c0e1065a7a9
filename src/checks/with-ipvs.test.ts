import { describe, expect, it } from 'vitest';
import type { NodeState } from '../dataplane/node-state.ts';
import { parseIp } from '../model/address.ts';
import { withIpvs } from './with-ipvs.ts';

const ip = (text: string): number | bigint => {
  const address = parseIp(text);
  if (address === undefined) throw new Error(text);
  return address;
};
const state = (more: Partial<NodeState>): NodeState => ({
  name: 'node-a',
  tables: [],
  hasRules: { ip: true, ip6: true },
  ipsets: new Map(),
  ...more,
});
const written = {
  ipvsadm: '-A -t 10.96.0.7:80 -s rr\n-a -t 10.96.0.7:80 -r 10.244.1.9:8080 -m -w 1\n',
  ipset: 'create KUBE-CLUSTER-IP hash:ip,port family inet\nadd KUBE-CLUSTER-IP 10.96.0.7,tcp:80\n',
  addresses: [ip('10.96.0.7')],
};
const server = (address: string) => ({
  protocol: 6,
  address: ip(address),
  port: 443,
  scheduler: 'rr',
  flags: [],
  servers: [],
  source: 'ipvsadm.txt',
  line: 1,
});
const dummy = (...addresses: string[]) => ({
  index: 5,
  name: 'kube-ipvs0',
  isUp: false,
  isLoopback: false,
  isPromiscuous: false,
  addresses: addresses.map((text) => ({ address: ip(text), prefix: 128, scope: 'global' })),
});

describe('withIpvs', () => {
  it('writes the servers and addresses of one family, and leaves those of the other', () => {
    const after = withIpvs(
      state({ ipvs: [server('10.96.0.1'), server('fd00::1')], links: [dummy('10.96.0.1', 'fd00::1')] }),
      written,
      'IPv4',
      'kube-proxy',
    );
    expect(after.ipvs?.map(({ address, port }) => [address, port])).toEqual([
      [ip('fd00::1'), 443],
      [ip('10.96.0.7'), 80],
    ]);
    expect(after.links?.[0]?.addresses.map(({ address }) => address)).toEqual([
      ip('fd00::1'),
      ip('10.96.0.7'),
    ]);
    expect([...after.ipsets.keys()]).toEqual(['KUBE-CLUSTER-IP']);
  });

  it('makes the addresses local, once', () => {
    const once = withIpvs(state({ routes: [] }), written, 'IPv4', 'kube-proxy');
    expect(once.routes).toMatchObject([
      {
        type: 'local',
        table: 'local',
        device: 'kube-ipvs0',
        destination: { first: ip('10.96.0.7'), prefix: 32 },
      },
    ]);
    expect(withIpvs(once, written, 'IPv4', 'kube-proxy').routes).toHaveLength(1);
    const none = withIpvs(once, { ...written, addresses: [] }, 'IPv4', 'kube-proxy');
    expect(none.routes).toEqual([]);
  });

  it('leaves what was not read unread', () => {
    const after = withIpvs(state({}), written, 'IPv4', 'kube-proxy');
    expect([after.ipvs, after.links, after.routes]).toEqual([undefined, undefined, undefined]);
  });
});
