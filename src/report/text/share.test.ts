import { describe, expect, it } from 'vitest';
import { formatShare, formatShares } from './share.ts';

describe('formatShare', () => {
  it.each([
    [0, '0'],
    [1, '1'],
    [2 / 3, '2/3'],
    [0.33333333349, '1/3'],
    [7 / 12, '7/12'],
    [0.41, '41 %'],
    [0.001, '<1 %'],
    [0.999, '>99 %'],
  ])('%f is %s', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });

  it('never rounds a failing share away', () => {
    expect(formatShare(0.0002)).not.toBe('0');
    expect(formatShare(0.9998)).not.toBe('1');
  });
});

describe('formatShares', () => {
  it('is one share where nothing was unknown, else an interval', () => {
    expect(formatShares([0.5, 0.5])).toBe('1/2');
    expect(formatShares([1 / 3, 1])).toBe('1/3 to 1');
  });
});
