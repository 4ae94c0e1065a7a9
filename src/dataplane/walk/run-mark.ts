import type { Statement } from '../ruleset/rule-parts.ts';
import { type ChainRun, type Cursor, type Flow, showRule, stop } from './chain-run.ts';
import { ABSENT, evaluateExpression } from './field-value.ts';
import { runChoice, runMap } from './run-map.ts';

type MarkStatement = Extract<
  Statement,
  { kind: 'set-mark' | 'set-ctmark' | 'save-mark' | 'restore-mark' | 'compute-mark' }
>;

// Marks by chance or hash: as many ways are walked, more are not told apart.
const MOST_VALUES = 64;

/** Changes the mark of the packet or of its connection; `part` is the statement's place in the rule. */
export function runMark(run: ChainRun, cursor: Cursor, statement: MarkStatement, part: number): Flow {
  const { state } = cursor;
  switch (statement.kind) {
    case 'set-mark':
      return setMark(run, cursor, (state.mark & statement.change.and) ^ statement.change.xor);
    case 'restore-mark':
      // Without a connection there is no mark to read: the rule ends here.
      if (!state.isTracked) return 'next-rule';
      return setMark(run, cursor, (state.mark & ~statement.nfmask) ^ (state.ctmark & statement.ctmask));
    case 'set-ctmark':
      return setConnectionMark(cursor, (state.ctmark & statement.change.and) ^ statement.change.xor);
    case 'save-mark':
      return setConnectionMark(cursor, (state.ctmark & ~statement.ctmask) ^ (state.mark & statement.nfmask));
    case 'compute-mark':
      return compute(run, cursor, statement, part);
  }
}

function setMark(run: ChainRun, { state }: Cursor, value: number): Flow {
  const mark = value >>> 0;
  if (mark !== state.mark) {
    state.mark = mark;
    if (run.entry.reroutes) state.needsReroute = true;
  }
  return 'next-part';
}

// Without a connection there is nothing to mark.
function setConnectionMark({ state }: Cursor, value: number): Flow {
  if (state.isTracked) state.ctmark = value >>> 0;
  return 'next-part';
}

function compute(
  run: ChainRun,
  cursor: Cursor,
  { field, key, map, change }: Extract<MarkStatement, { kind: 'compute-mark' }>,
  part: number,
): Flow {
  const set = (at: Cursor, value: number): Flow => {
    const mark = (value & change.and) ^ change.xor;
    showRule(run, at);
    return field === 'mark' ? setMark(run, at, mark) : setConnectionMark(at, mark);
  };
  if (map !== undefined)
    return runMap(run, cursor, { key, map }, part, (at, element) => {
      if (element === undefined) return 'next-rule';
      const data = element.value?.kind === 'data' ? element.value.parts[0] : undefined;
      return data !== undefined && 'low' in data && typeof data.low === 'number'
        ? set(at, data.low)
        : stop(run, at, 'the map holds no mark');
    });
  const [first] = key;
  if (first?.kind === 'numgen' || first?.kind === 'hash') {
    if (first.mod > MOST_VALUES) return stop(run, cursor, 'which mark is chosen is not known');
    const elements = Array.from({ length: first.mod }, (_, i) => first.offset + i);
    const weights = first.kind === 'numgen' ? elements.map(() => 1 / first.mod) : undefined;
    return runChoice(run, cursor, part, { elements, weights, why: 'which mark a hash gives' }, set);
  }
  const value = first && evaluateExpression(run.context, cursor.state, first);
  if (value === ABSENT) return 'next-rule';
  if (typeof value !== 'number') return stop(run, cursor, 'which mark is set is not known');
  return set(cursor, value);
}
