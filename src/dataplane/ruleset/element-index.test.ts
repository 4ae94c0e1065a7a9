import fc from '../../model/random-fixture.ts';
import { describe, expect, it } from 'vitest';
import { indexElements } from './element-index.ts';
import type { SetElement } from './sets.ts';

const range = (low: number, high: number) => ({ low, high });
const element = (key: SetElement['key'], more: Partial<SetElement> = {}): SetElement => ({
  key,
  line: 0,
  ...more,
});

describe('indexElements', () => {
  it('finds what a linear scan finds', () => {
    const part = fc.tuple(fc.nat(6), fc.nat(2)).map(([low, size]) => range(low, low + size));
    const elements = fc.array(
      fc.tuple(part, part).map((key) => element(key)),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(elements, fc.nat(8), fc.nat(8), (all, a, b) => {
        const linear = all.some(({ key }) =>
          key.every((each, i) => 'low' in each && each.low <= [a, b][i]! && [a, b][i]! <= each.high),
        );
        expect(indexElements(all).find([a, b]) !== undefined).toBe(linear);
      }),
    );
  });

  it('knows names with a wildcard', () => {
    const index = indexElements([element([{ name: 'veth*' }]), element([{ name: 'eth0' }])]);
    expect([index.find(['veth7']), index.find(['eth0']), index.find(['eth1'])].map(Boolean)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('lets an exception cut a hole', () => {
    const index = indexElements([element([range(0, 9)]), element([range(3, 4)], { nomatch: true })]);
    expect([index.find([2]), index.find([3])].map(Boolean)).toEqual([true, false]);
  });

  it('is unknown only where the unknown part decides', () => {
    const index = indexElements([element([range(1, 1), range(80, 80)])]);
    expect(index.find([1, undefined])).toBe('unknown');
    expect(index.find([2, undefined])).toBeUndefined();
  });

  it('keeps families apart', () => {
    const index = indexElements([element([range(0, 0xffffffff)])]);
    expect([index.find([5]), index.find([5n])].map(Boolean)).toEqual([true, false]);
  });
});
