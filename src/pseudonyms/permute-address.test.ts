import fc from '../model/random-fixture.ts';
import { describe, expect, it } from 'vitest';
import { type Ip, parseIp } from '../model/address.ts';
import { cidrContains, parseCidr } from '../model/cidr.ts';
import { permuteAddress, permuteText } from './permute-address.ts';

const ip4 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const ip6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
const permute = permuteAddress('a seed');

function inCommon(a: Ip, b: Ip, bits: number): number {
  const differ = BigInt(a) ^ BigInt(b);
  return differ === 0n ? bits : bits - differ.toString(2).length;
}

describe('permuteAddress', () => {
  it('keeps how many leading bits two addresses share', () => {
    fc.assert(
      fc.property(ip4, ip4, (a, b) => {
        expect(inCommon(permute(a), permute(b), 32)).toBe(inCommon(a, b, 32));
      }),
    );
    fc.assert(
      fc.property(ip6, ip6, (a, b) => {
        expect(inCommon(permute(a), permute(b), 128)).toBe(inCommon(a, b, 128));
      }),
      { numRuns: 20 },
    );
  });

  it.each(['127.0.0.1', '0.0.0.0', '169.254.20.10', '224.0.0.1', '255.255.255.255', '::1', 'fe80::1'])(
    'keeps %s',
    (text) => expect(permuteText(permute, text)).toBe(text),
  );

  it.each(['10.0.0.0/8', '192.168.0.0/16', '172.16.0.0/12', '100.64.0.0/10', 'fc00::/7'])(
    'lets nothing into %s or out of it',
    (text) => {
      const block = parseCidr(text);
      if (block === undefined) throw new Error(text);
      const family: fc.Arbitrary<Ip> = typeof block.first === 'number' ? ip4 : ip6;
      fc.assert(
        fc.property(family, (address) => {
          expect(cidrContains(block, permute(address))).toBe(cidrContains(block, address));
        }),
        { numRuns: 50 },
      );
    },
  );

  it('moves ordinary addresses, another way with another seed', () => {
    const moved = ['10.244.1.9', '192.168.90.11', '8.8.8.8', 'fd00::9'].map((text) =>
      permuteText(permute, text),
    );
    expect(moved).not.toContain('10.244.1.9');
    expect(permuteAddress('another')(parseIp('10.244.1.9') ?? 0)).not.toBe(
      permute(parseIp('10.244.1.9') ?? 0),
    );
  });
});

describe('permuteText', () => {
  it('keeps a subnet a subnet, with its hosts inside', () => {
    fc.assert(
      fc.property(ip4, fc.integer({ min: 8, max: 31 }), (address, length) => {
        const first = Number((BigInt(address) >> BigInt(32 - length)) << BigInt(32 - length));
        const text = (value: number): string =>
          [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
        const subnet = parseCidr(permuteText(permute, `${text(first)}/${length}`) ?? '');
        expect(subnet && cidrContains(subnet, permute(address))).toBe(true);
        expect(subnet?.prefix).toBe(length);
      }),
    );
  });

  it('leaves alone what is no address', () => {
    expect(permuteText(permute, '1.37.2')).toBeUndefined();
  });
});
