import { expect, it } from 'vitest';
import { byName } from './path-matrix.ts';

it('sorts by name, numbers in it as numbers', () => {
  const names = ['node-10', 'node-2', 'a', 'node-2b', '10.0.0.10:80', '10.0.0.9:80', 'node'];
  expect(names.sort(byName)).toEqual([
    '10.0.0.9:80',
    '10.0.0.10:80',
    'a',
    'node',
    'node-2',
    'node-2b',
    'node-10',
  ]);
});
