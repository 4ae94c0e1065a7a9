import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { formatCidr } from '../model/cidr.ts';
import { nodePortRangesOf } from './nodes-of.ts';

const own = ['192.168.90.1', '10.9.0.1'].map((text) => parseIp(text) ?? 0);

function ranges(wanted: readonly string[], mode: 'iptables' | 'nftables' = 'iptables'): string[] | undefined {
  return nodePortRangesOf(wanted, mode, own, 'IPv4')?.map(formatCidr);
}

// kubernetes v1.37 cmd/kube-proxy/app/server.go `expandNodePortAddressKeywords`.
describe('nodePortRangesOf', () => {
  it('takes every address by default, and in nftables mode the primary one', () => {
    expect(ranges([])).toBeUndefined();
    expect(ranges([], 'nftables')).toEqual(['192.168.90.1/32']);
  });

  it.each([
    [['primary'], ['192.168.90.1/32']],
    [
      ['primary', '10.9.0.0/16'],
      ['192.168.90.1/32', '10.9.0.0/16'],
    ],
    [['localhost'], ['127.0.0.0/8']],
    [
      ['primary', 'localhost'],
      ['192.168.90.1/32', '127.0.0.0/8'],
    ],
    [['all'], undefined],
    [['10.9.0.0/16', '0.0.0.0/0'], undefined],
    // Of the other family only: as if there were none.
    [['fd00::/8'], undefined],
  ])('%o selects %o', (wanted, expected) => {
    expect(ranges(wanted, 'nftables')).toEqual(expected);
  });

  it('selects every address of a family that the node has none of', () => {
    expect(nodePortRangesOf(['primary'], 'iptables', [], 'IPv6')).toBeUndefined();
  });
});
