import fc from './random-fixture.ts';
import { expect, it } from 'vitest';
import { type Cidr, cidrContains, cidrOf } from './cidr.ts';
import { unionOf } from './cidr-union.ts';

const address = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.bigInt({ min: 0n, max: 255n }));
const cidr = fc
  .tuple(address, fc.integer({ min: 0, max: 8 }))
  .map(([first, free]): Cidr => cidrOf(first, (typeof first === 'number' ? 32 : 128) - free));

it('holds what one of the prefixes holds', () => {
  fc.assert(
    fc.property(fc.array(cidr, { maxLength: 12 }), address, (cidrs, asked) => {
      expect(unionOf(cidrs)(asked)).toBe(cidrs.some((each) => cidrContains(each, asked)));
    }),
  );
});
