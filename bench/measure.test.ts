import { expect, it } from 'vitest';
import { growthExponent, median } from './measure.ts';

it('takes the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

it('fits the exponent of growth', () => {
  expect(
    growthExponent([
      [1, 5],
      [2, 10],
      [4, 20],
    ]),
  ).toBeCloseTo(1);
  expect(
    growthExponent([
      [1, 5],
      [2, 20],
      [4, 80],
    ]),
  ).toBeCloseTo(2);
});
