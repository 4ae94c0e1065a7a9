import fc from '../../src/model/random-fixture.ts';
import { action } from './random-action.ts';
import { condition } from './random-condition.ts';
import { DESTINATIONS, HOOKS, SOURCES, not, port } from './random-values.ts';
import type { RandomChain, RandomPacket, RandomRule, RandomRuleset, TableName } from './ruleset-model.ts';

const CHAINS = ['A', 'B', 'C', 'D'];

function chain(
  table: TableName,
  name: string,
  hook: string | undefined,
  callable: readonly string[],
  isNft: boolean,
): fc.Arbitrary<RandomChain> {
  const rule = fc
    .tuple(
      fc.option(fc.record({ not, name: fc.constantFrom('tcp' as const, 'udp' as const) }), {
        nil: undefined,
      }),
      fc.uniqueArray(condition(table, hook), { maxLength: 3, selector: ({ kind }) => kind }),
      action(table, hook, callable, isNft),
    )
    .map(([protocol, conditions, done]): RandomRule => {
      const hasPorts = protocol !== undefined && !protocol.not;
      return {
        ...(protocol === undefined ? {} : { protocol }),
        conditions: conditions.filter(({ kind }) =>
          kind === 'opens' ? hasPorts && protocol.name === 'tcp' : hasPorts || !kind.includes('port'),
        ),
        action: /^(dnat-spread|redirect)$/.test(done.kind) && !hasPorts ? { kind: 'none' } : done,
      };
    });
  const rules = fc.array(rule, { maxLength: 5 });
  if (hook === undefined) return rules.map((list) => ({ name, rules: list }));
  const policy =
    table === 'nat'
      ? fc.constant('ACCEPT' as const)
      : fc.oneof(
          { weight: 5, arbitrary: fc.constant('ACCEPT' as const) },
          { weight: 1, arbitrary: fc.constant('DROP' as const) },
        );
  return fc.tuple(rules, policy).map(([list, policyOf]) => ({ name, hook, policy: policyOf, rules: list }));
}

// A user chain is called from one hook only, so that what it may do (translate, test an interface) is allowed there.
function table(name: TableName, isNft: boolean): fc.Arbitrary<readonly RandomChain[]> {
  const chains = HOOKS[name].flatMap((hook) => {
    const own = CHAINS.map((letter) => `${letter}-${hook}`);
    return [
      chain(name, hook, hook, own, isNft),
      ...own.map((user, i) => userChain(name, user, hook, own.slice(i + 1), isNft)),
    ];
  });
  return fc.tuple(...chains);
}

function userChain(
  name: TableName,
  user: string,
  hook: string,
  callable: readonly string[],
  isNft: boolean,
): fc.Arbitrary<RandomChain> {
  return chain(name, user, hook, callable, isNft).map(({ rules }) => ({ name: user, rules }));
}

function rulesetsOf(isNft: boolean): fc.Arbitrary<RandomRuleset> {
  return fc.record({
    raw: table('raw', isNft),
    mangle: table('mangle', isNft),
    nat: table('nat', isNft),
    filter: table('filter', isNft),
    security: table('security', isNft),
  });
}

/** Rulesets of four tables whose chains call each other, of conditions and actions that real nodes use. */
export const rulesets: fc.Arbitrary<RandomRuleset> = rulesetsOf(false);

/** The same with what only nftables has: sets, and maps of verdicts and addresses. */
export const nftRulesets: fc.Arbitrary<RandomRuleset> = rulesetsOf(true);

/** Packets from the four sources to every kind of destination. */
export const packets: fc.Arbitrary<RandomPacket> = fc.record({
  source: fc.constantFrom(...SOURCES),
  destination: fc.constantFrom(...DESTINATIONS),
  destinationPort: port,
  protocol: fc.constantFrom('tcp' as const, 'udp' as const),
});
