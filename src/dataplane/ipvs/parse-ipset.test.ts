import { describe, expect, it } from 'vitest';
import { parseIp } from '../../model/address.ts';
import { parseIpset } from './parse-ipset.ts';

const parse = (text: string) => parseIpset({ path: 'x', bytes: new TextEncoder().encode(text) });
const ip = (text: string) => parseIp(text);

const saved = `create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536
add KUBE-CLUSTER-IP 10.96.0.10,udp:53
add KUBE-CLUSTER-IP 10.96.0.10,icmp:echo-request
create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
add KUBE-NODE-PORT-TCP 30080
create RANGES hash:net family inet hashsize 1024 maxelem 65536
add RANGES 203.0.113.0/24 comment "no nomatch here"
add RANGES 203.0.113.128/25 nomatch
`;

describe('parseIpset', () => {
  it('finds members by address, protocol and port', () => {
    const { items, issues } = parse(saved);
    const [vips, ports, ranges] = items;
    expect(issues).toEqual([]);
    expect(vips?.elements.find([ip('10.96.0.10'), 17, 53])).toBeDefined();
    expect(vips?.elements.find([ip('10.96.0.10'), 6, 53])).toBeUndefined();
    expect(ports?.elements.find([6, 30_080])).toBeDefined();
    expect(ranges?.elements.find([ip('203.0.113.7')])).toBeDefined();
    expect(ranges?.elements.find([ip('203.0.113.200')])).toBeUndefined();
  });

  it('reads the listing and lists of sets', () => {
    const { items } = parse(`Name: hosts
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536
Size in memory: 200
References: 1
Number of entries: 1
Members:
10.0.0.1 timeout 30

Name: all
Type: list:set
Header: size 8
Members:
hosts
`);
    expect(items[0]?.elements.find([ip('10.0.0.1')])).toBeDefined();
    expect(items[1]).toMatchObject({ type: 'list:set', members: ['hosts'] });
  });

  it('compares addresses by the bits of the netmask', () => {
    const [set] = parse('create S hash:ip family inet hashsize 64 netmask 24\nadd S 10.0.7.0\n').items;
    expect(set?.elements.find([ip('10.0.7.9')])).toBeDefined();
    expect(set?.elements.find([ip('10.0.8.9')])).toBeUndefined();
  });

  it('takes no set for empty whose members are not listed', () => {
    const terse = (count: number): string =>
      `Name: S\nType: hash:ip\nRevision: 5\nHeader: family inet hashsize 1024 maxelem 65536\nSize in memory: 200\nReferences: 1\nNumber of entries: ${count}\n`;
    expect(parse(terse(3))).toMatchObject({ items: [], issues: [{ line: 1 }] });
    expect(parse(terse(0)).items).toHaveLength(1);
  });

  it('names members that it does not understand', () => {
    expect(parse('create S hash:ip family inet\nadd S nonsense\nadd T 10.0.0.1\n').issues).toHaveLength(2);
  });
});
