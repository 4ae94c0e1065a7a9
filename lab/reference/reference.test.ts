import fc from '../../src/model/random-fixture.ts';
import { describe, expect, test } from 'vitest';
import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';
import { parseIpset } from '../../src/dataplane/ipvs/parse-ipset.ts';
import { parseNftText } from '../../src/dataplane/nftables/parse-nft-text.ts';
import type { Network } from '../../src/dataplane/node-state.ts';
import { formatIp } from '../../src/model/address.ts';
import { judgedNetwork, outcomesOf, rulesOf } from '../kernel-judge/judge.ts';
import { printIpsets, printIptablesRules, printNftRules } from '../kernel-judge/print-rules.ts';
import { nftRulesets, packets, rulesets } from '../kernel-judge/random-ruleset.ts';
import type { RandomPacket, RandomRuleset, TableName } from '../kernel-judge/ruleset-model.ts';
import { referenceWalk } from './reference-walk.ts';

// Pairs are RULESETS × PACKETS; REFERENCE_RULESETS and REFERENCE_PACKETS ask for more.
const RULESETS = Number(process.env['REFERENCE_RULESETS'] ?? 60);
const PACKETS = Number(process.env['REFERENCE_PACKETS'] ?? 10);
const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter', 'security'];

/** A branch as text, without its weight. */
type Branches = Map<string, number>;

function add(branches: Branches, key: string, weight: number): void {
  branches.set(key, (branches.get(key) ?? 0) + weight);
}

// In the printed text, rules stand in the order of tables and chains; nftables' chains are printed last first.
function lineIndex(text: string, ruleset: RandomRuleset, isNft: boolean): Map<string, number> {
  const lines = text
    .split('\n')
    .flatMap((line, i) => ((isNft ? line.includes('counter') : line.startsWith('-A ')) ? [i + 1] : []));
  const names = TABLES.flatMap((table) => {
    const chains = isNft ? ruleset[table].toReversed() : ruleset[table];
    return chains.flatMap(({ name, rules }) => rules.map((_, i) => `${table} ${name} ${i}`));
  });
  return new Map(names.map((name, i) => [name, lines[i] ?? 0]));
}

function expected(
  flavour: 'iptables' | 'nft',
  ruleset: RandomRuleset,
  packet: RandomPacket,
  port: number,
  lines: Map<string, number>,
): Branches {
  const branches: Branches = new Map();
  for (const branch of referenceWalk(flavour, ruleset, packet, port)) {
    const through = branch.rules.map((rule) => lines.get(rule) ?? 0);
    add(
      branches,
      `${branch.result} ${branch.destination}:${branch.port} ${branch.sourceNat} by ${through.join()}`,
      branch.weight,
    );
  }
  return branches;
}

function walked(network: Network, packet: RandomPacket, port: number): Branches {
  const branches: Branches = new Map();
  for (const outcome of outcomesOf({ network }, packet, port)) {
    const { destination, sourceNat, probability, result } = outcome;
    expect(probability[0]).toBe(probability[1]);
    const end = result === 'unroutable' ? 'delivered' : result;
    const nat = typeof sourceNat === 'string' ? sourceNat : formatIp(sourceNat.address);
    add(
      branches,
      `${end} ${formatIp(destination.address)}:${destination.port ?? ''} ${nat} by ${rulesOf(outcome).join()}`,
      probability[0],
    );
  }
  return branches;
}

/** Equal but for what adding fractions in another order changes. */
function areEqual(a: Branches, b: Branches): boolean {
  return a.size === b.size && [...a].every(([key, weight]) => Math.abs((b.get(key) ?? 2) - weight) < 1e-9);
}

describe.each(['iptables', 'nft'] as const)('%s', (flavour) => {
  test('the walk goes the ways that the manual pages tell', { timeout: 36_000_000 }, () => {
    const isNft = flavour === 'nft';
    fc.assert(
      fc.property(
        isNft ? nftRulesets : rulesets,
        fc.array(packets, { minLength: PACKETS, maxLength: PACKETS }),
        (ruleset, sent) => {
          const text = isNft ? printNftRules(ruleset) : printIptablesRules(ruleset);
          const source = { path: 'rules', bytes: new TextEncoder().encode(text) };
          const { tables, issues } = isNft ? parseNftText(source) : parseIptables(source);
          expect(issues).toEqual([]);
          const sets = { path: 'sets', bytes: new TextEncoder().encode(isNft ? '' : printIpsets(ruleset)) };
          const network = judgedNetwork(tables, parseIpset(sets).items);
          const lines = lineIndex(text, ruleset, isNft);
          for (const [i, packet] of sent.entries()) {
            const port = 10_000 + (i % 11) * 5000;
            const found = walked(network, packet, port);
            const told = expected(flavour, ruleset, packet, port, lines);
            if (!areEqual(found, told)) expect(Object.fromEntries(found)).toEqual(Object.fromEntries(told));
          }
        },
      ),
      { numRuns: RULESETS },
    );
  });
});
