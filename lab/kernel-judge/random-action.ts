import fc from '../../src/model/random-fixture.ts';
import { LISTED, bits, port } from './random-values.ts';
import type { Action, MapVerdict, TableName } from './ruleset-model.ts';

// What only nftables can do: maps of verdicts and of addresses.
function mapActions(
  table: TableName,
  hook: string | undefined,
  callable: readonly string[],
): fc.Arbitrary<Action>[] {
  const plain: readonly MapVerdict[] = [{ kind: 'accept' }, { kind: 'return' }, { kind: 'continue' }];
  const verdicts: MapVerdict[] = [
    ...plain,
    ...(table === 'nat' ? [] : [{ kind: 'drop' as const }]),
    ...callable.flatMap((chain): MapVerdict[] => [
      { kind: 'jump', chain },
      { kind: 'goto', chain },
    ]),
  ];
  const verdict = fc.constantFrom(...verdicts);
  const actions: fc.Arbitrary<Action>[] = [
    fc
      .uniqueArray(fc.record({ key: fc.constantFrom(...LISTED), verdict }), {
        minLength: 1,
        maxLength: 12,
        selector: ({ key }) => key,
      })
      .map((elements) => ({ kind: 'dispatch' as const, elements })),
    fc
      .array(fc.option(verdict, { nil: undefined, freq: 4 }), { minLength: 1, maxLength: 4 })
      .filter((list) => list.some((one) => one !== undefined))
      .map((list) => ({ kind: 'spread' as const, verdicts: list })),
  ];
  if (table === 'nat' && hook === 'PREROUTING') {
    const target = fc.record({
      address: fc.constantFrom('203.0.113.1', '203.0.113.2', '192.0.2.1'),
      port,
    });
    actions.push(
      fc
        .array(fc.option(target, { nil: undefined, freq: 5 }), { minLength: 1, maxLength: 4 })
        .filter((list) => list.some((one) => one !== undefined))
        .map((targets) => ({ kind: 'dnat-spread' as const, targets })),
    );
  }
  return actions;
}

/** What a rule of this table may do. Chains call only chains further down, as the kernel allows no circle. */
export function action(
  table: TableName,
  hook: string | undefined,
  callable: readonly string[],
  isNft: boolean,
): fc.Arbitrary<Action> {
  const all: fc.Arbitrary<Action>[] = [
    fc.constantFrom<Action>({ kind: 'accept' }, { kind: 'return' }, { kind: 'none' }, { kind: 'log' }),
    fc
      .tuple(bits, bits)
      .map(([value, mask]) => ({ kind: 'mark' as const, value: (value & mask) >>> 0, mask })),
  ];
  if (table !== 'nat') all.push(fc.constant<Action>({ kind: 'drop' }));
  if (table === 'filter') all.push(fc.constant<Action>({ kind: 'reject' }));
  if (table === 'mangle') {
    all.push(
      fc.constantFrom<Action>({ kind: 'save-mark' }, { kind: 'restore-mark' }),
      fc
        .tuple(bits, bits)
        .map(([value, mask]) => ({ kind: 'connmark' as const, value: (value & mask) >>> 0, mask })),
    );
  }
  if (table === 'raw') all.push(fc.constant<Action>({ kind: 'notrack' }));
  if (callable.length > 0) {
    const jump = fc.record({
      kind: fc.constantFrom('jump' as const, 'goto' as const),
      chain: fc.constantFrom(...callable),
    });
    all.push(jump, jump, jump);
  }
  if (table === 'nat' && hook === 'PREROUTING') {
    all.push(
      fc.record({
        kind: fc.constant('dnat' as const),
        address: fc.constantFrom('203.0.113.1', '203.0.113.2', '192.0.2.1'),
        port,
      }),
      fc.record({ kind: fc.constant('redirect' as const), port }),
    );
    if (!isNft) all.push(fc.constant<Action>({ kind: 'netmap' }));
  }
  if (table === 'nat' && hook === 'POSTROUTING')
    all.push(fc.constantFrom<Action>({ kind: 'masquerade' }, { kind: 'snat', address: '192.0.2.9' }));
  if (isNft) all.push(...mapActions(table, hook, callable));
  return fc.oneof(...all);
}
