import { describe, expect, it } from 'vitest';
import { parseIp } from '../../model/address.ts';
import type { Ip } from '../../model/address.ts';
import { isListed, listedPart } from './listed-part.ts';
import { parseConntrack } from './parse-conntrack.ts';

const source = (text: string) => ({ path: 'x', bytes: new TextEncoder().encode(text) });
const ip = (text: string): Ip => parseIp(text) as Ip;
const entry =
  'udp 17 29 src=10.0.0.1 dst=10.96.0.1 sport=1 dport=53 src=10.244.0.2 dst=10.0.0.1 sport=53 dport=1\n';

describe('a listing in part', () => {
  const text = `# conntrack -L | grep -Fw -e 10.96.0.1 -e fd00::1 -e dport=30080\n${entry}`;

  it('is read without its first line, which is counted', () => {
    const { items, issues } = parseConntrack(source(text));
    expect([items.map(({ line }) => line), issues]).toEqual([[2], []]);
  });

  it.each([
    ['10.96.0.1', 80, true],
    ['fd00::1', 80, true],
    ['192.168.0.1', 30_080, true],
    ['192.168.0.1', 80, false],
    ['10.96.0.10', 80, false],
  ])('has all connections to %s port %i: %s', (address, port, expected) => {
    expect(isListed(listedPart(source(text)), ip(address), port)).toBe(expected);
  });

  it.each([entry, '', '# a comment\n', '# conntrack -L'])('is none where nothing says so: %j', (whole) => {
    expect(listedPart(source(whole))).toBeUndefined();
    expect(isListed(undefined, ip('192.168.0.1'))).toBe(true);
  });
});
