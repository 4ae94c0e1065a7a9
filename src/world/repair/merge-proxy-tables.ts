import type { Chain, Rule, RuleList, Table } from '../../dataplane/ruleset/ruleset.ts';
import { rulesOf } from '../../dataplane/ruleset/rules-of.ts';

/** Chains that kube-proxy owns; kubelet's hints and canaries may stay as they are. */
const OWN_CHAIN =
  /^KUBE-(SERVICES|EXTERNAL-SERVICES|NODEPORTS|POSTROUTING|MARK-MASQ|FORWARD|PROXY-FIREWALL|(SVC|SVL|SEP|EXT|FW|XLB)-)/;

/**
 * `tables` with kube-proxy's chains of `family` replaced by those of `written`. In iptables tables the base chains
 * keep everybody's rules, and jumps that are missing go first, as kube-proxy inserts them.
 */
export function mergeProxyTables(
  tables: readonly Table[],
  written: readonly Table[],
  family: 'ip' | 'ip6',
): Table[] {
  const merged: Table[] = [];
  const left = new Map(written.map((table) => [table.name, table]));
  for (const table of tables) {
    const fresh = table.family === family ? left.get(table.name) : undefined;
    if (!fresh || fresh.origin !== table.origin) {
      merged.push(table);
      continue;
    }
    left.delete(table.name);
    merged.push(table.name === 'kube-proxy' ? fresh : mergeTable(table, fresh));
  }
  return [...merged, ...left.values()];
}

/** `table` without kube-proxy's chains and the jumps to them. */
export function withoutProxyChains(table: Table): Table {
  if (table.name === 'kube-proxy') return table;
  const kept = [...table.chains].filter(([name]) => !OWN_CHAIN.test(name));
  return {
    ...table,
    chains: new Map(
      kept.map(([name, chain]) => [
        name,
        {
          ...chain,
          rules: listOf(
            [...rulesOf(chain)].filter((rule) => !targetsOf(rule).some((target) => OWN_CHAIN.test(target))),
          ),
        },
      ]),
    ),
  };
}

const foreignChains = new WeakMap<Table, ReadonlyMap<string, Chain>>();

/** Chains of `table` that are not kube-proxy's. */
function foreignChainsOf(table: Table): ReadonlyMap<string, Chain> {
  let found = foreignChains.get(table);
  if (found === undefined) {
    found = new Map([...table.chains].filter(([name]) => !OWN_CHAIN.test(name)));
    foreignChains.set(table, found);
  }
  return found;
}

function mergeTable(table: Table, fresh: Table): Table {
  const chains = new Map(foreignChainsOf(table));
  for (const [name, chain] of fresh.chains) {
    const before = chains.get(name);
    chains.set(name, before?.base ? mergeBase(before, chain) : chain);
  }
  return { ...table, chains };
}

function mergeBase(before: Chain, fresh: Chain): Chain {
  const kept = [...rulesOf(before)];
  const known = new Set(kept.flatMap(targetsOf));
  const missing = [...rulesOf(fresh)].filter((rule) => !targetsOf(rule).every((target) => known.has(target)));
  return { ...before, rules: listOf([...missing, ...kept]) };
}

function targetsOf({ parts }: Rule): string[] {
  return parts.flatMap((part) => (part.kind === 'jump' || part.kind === 'goto' ? [part.chain] : []));
}

/** `rules` as a list without an index. */
export function listOf(rules: readonly Rule[]): RuleList {
  return {
    length: rules.length,
    at: (index) => {
      const rule = rules[index];
      if (rule === undefined) throw new RangeError(`no rule ${index} of ${rules.length}`);
      return rule;
    },
    next: (from) => from,
  };
}
