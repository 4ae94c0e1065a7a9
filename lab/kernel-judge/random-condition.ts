import fc from '../../src/model/random-fixture.ts';
import { DESTINATIONS, LISTED, PREFIXES, SOURCES, bits, not, port } from './random-values.ts';
import type { Condition, TableName } from './ruleset-model.ts';

function sorted(a: number, b: number): { low: number; high: number } {
  return { low: Math.min(a, b), high: Math.max(a, b) };
}

/** A condition that rules of this table may have in chains that `hook` leads to. */
export function condition(table: TableName, hook: string | undefined): fc.Arbitrary<Condition> {
  const all: fc.Arbitrary<Condition>[] = [
    fc.record({
      kind: fc.constantFrom('source' as const, 'destination' as const),
      not,
      prefix: fc.constantFrom(...PREFIXES.filter((prefix) => !prefix.endsWith('/0'))),
    }),
    fc
      .tuple(not, port, port)
      .map(([negated, a, b]) => ({ kind: 'destination-port' as const, not: negated, ...sorted(a, b) })),
    fc
      .tuple(not, fc.constantFrom(1024, 20000, 40000), fc.constantFrom(15000, 30000, 65535))
      .map(([negated, a, b]) => ({ kind: 'source-port' as const, not: negated, ...sorted(a, b) })),
    fc.uniqueArray(port, { minLength: 1, maxLength: 3 }).map((ports) => ({ kind: 'ports' as const, ports })),
    fc.tuple(not, bits, bits).map(([negated, value, mask]) => ({
      kind: 'mark' as const,
      not: negated,
      value: (value & mask) >>> 0,
      mask,
    })),
    fc.tuple(not, fc.constantFrom(...SOURCES), fc.constantFrom(...SOURCES)).map(([negated, a, b]) => ({
      kind: 'source-range' as const,
      not: negated,
      ...(a < b ? { low: a, high: b } : { low: b, high: a }),
    })),
    fc.record({ kind: fc.constant('opens' as const), not }),
    fc.record({
      kind: fc.constant('listed' as const),
      not,
      keys: fc.uniqueArray(fc.constantFrom(...LISTED), { minLength: 1, maxLength: 12 }),
    }),
    fc.record({
      kind: fc.constant('local' as const),
      side: fc.constantFrom('source' as const, 'destination' as const),
      not,
    }),
    fc.constantFrom<Condition>(
      { kind: 'random', quarter: 1 },
      { kind: 'random', quarter: 2 },
      { kind: 'random', quarter: 3 },
    ),
  ];
  if (table !== 'raw') {
    all.push(
      fc.record({
        kind: fc.constant('state' as const),
        not,
        states: fc.uniqueArray(
          fc.constantFrom('NEW' as const, 'ESTABLISHED' as const, 'INVALID' as const, 'UNTRACKED' as const),
          { minLength: 1, maxLength: 2 },
        ),
      }),
      fc.tuple(not, bits, bits).map(([negated, value, mask]) => ({
        kind: 'connmark' as const,
        not: negated,
        value: (value & mask) >>> 0,
        mask,
      })),
      fc.record({ kind: fc.constant('translated' as const), not }),
      fc.record({
        kind: fc.constant('asked' as const),
        not,
        address: fc.constantFrom(...DESTINATIONS),
      }),
    );
  }
  if (hook !== 'POSTROUTING')
    all.push(
      fc.record({
        kind: fc.constant('interface-in' as const),
        not,
        name: fc.constantFrom('judge1', 'judge+', 'eth0'),
      }),
    );
  if (hook === 'PREROUTING' || hook === 'INPUT')
    all.push(fc.record({ kind: fc.constant('local-here' as const), not }));
  return fc.oneof(...all);
}
