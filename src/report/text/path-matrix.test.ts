import { expect, it } from 'vitest';
import type { PathRow } from '../../diagnosis/diagnosis.ts';
import { createStyle } from '../style.ts';
import { byName, pathMatrix } from './path-matrix.ts';

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

it('shows that clients of a kind get through where others are kept out on purpose', () => {
  const path = (client: string, state: PathRow['state']): PathRow => ({
    frontend: '10.96.41.7:80/tcp',
    frontendKind: 'clusterIP',
    vantage: 'pod',
    client,
    node: 'node-a',
    state,
    works: state === 'works' ? [1, 1] : [0, 0],
    outcomes: [],
    steps: [],
  });
  const cells = (...paths: PathRow[]): unknown =>
    pathMatrix(paths, createStyle({ hasColour: false, isAscii: true, width: 80 })).rows.map(
      ({ cells: [cell] }) => cell,
    );
  const kept = path('pod shop/web-1 on node-a', 'as-promised-denied');
  expect(cells(path('pod on node-a', 'works'), kept)).toEqual(cells(path('pod on node-a', 'works')));
  expect(cells(kept)).toEqual(['denied']);
});
