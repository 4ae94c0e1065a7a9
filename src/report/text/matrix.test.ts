import { expect, it } from 'vitest';
import { createStyle } from '../style.ts';
import { renderMatrices } from './matrix.ts';

const style = createStyle({ width: 80, hasColour: false, isAscii: false });
const rows = (count: number, cellsOf: (index: number) => readonly string[]) =>
  Array.from({ length: count }, (_, index) => ({ label: `pod-${index}`, cells: cellsOf(index) }));

it('shows endpoints that get the same share as one row where there are many, the others first', () => {
  const shares = rows(5000, (index) => (index === 70 ? ['0', '0'] : ['<1 %', '<1 %']));
  expect(renderMatrices([{ corner: 'share to', columns: ['a', 'b'], rows: shares }], style)).toBe(
    ['  share to     a     b', '  pod-70       0     0', '  pod-0 +4998  <1 %  <1 %'].join('\n'),
  );
});

it('counts the rows for which there is no room', () => {
  const text = renderMatrices(
    [{ corner: '', columns: ['a'], rows: rows(100, (index) => [`${index} %`]) }],
    style,
  );
  expect(text.split('\n')).toHaveLength(26);
  expect(text.split('\n').at(-1)).toBe('  and 76 more rows (-o json has all)');
});

it('shows each of a few endpoints', () => {
  const text = renderMatrices([{ corner: '', columns: ['a'], rows: rows(24, () => ['1/24']) }], style);
  expect(text.split('\n')).toHaveLength(25);
});
