import type { NodeState } from '../../dataplane/node-state.ts';
import type { Chain, RuleList, Table } from '../../dataplane/ruleset/ruleset.ts';
import { rulesOf } from '../../dataplane/ruleset/rules-of.ts';
import type { RuleReference } from '../../dataplane/walk/trace.ts';
import type { World } from '../world.ts';
import { listOf, withoutProxyChains } from './merge-proxy-tables.ts';

/** `world` with the state of `node` changed; unchanged where nothing was read of that node. */
export function withNodeState(world: World, node: string, change: (state: NodeState) => NodeState): World {
  const state = world.nodeStates.get(node);
  if (state === undefined) return world;
  const nodeStates = new Map(world.nodeStates).set(node, change(state));
  return { ...world, nodeStates, network: { ...world.network, nodes: nodeStates } };
}

/** `world` with a sysctl of `node` set. */
export function withSysctl(world: World, node: string, name: string, value: string): World {
  return withNodeState(world, node, (state) => ({
    ...state,
    sysctls: new Map(state.sysctls).set(name, value),
  }));
}

/** `world` with hairpin mode on at `port` of `node`. */
export function withHairpin(world: World, node: string, port: string): World {
  return withNodeState(world, node, (state) => ({
    ...state,
    ...(state.bridgePorts === undefined
      ? {}
      : {
          bridgePorts: state.bridgePorts.map((each) =>
            each.name === port ? { ...each, hairpin: true } : each,
          ),
        }),
  }));
}

/**
 * `world` without the rules `rules`, which stand on their nodes; a base chain's policy that is named becomes accept.
 */
export function withoutRules(world: World, rules: readonly RuleReference[]): World {
  return rules.reduce(
    (before, rule) =>
      withNodeState(before, rule.node, (state) => ({
        ...state,
        tables: state.tables.map((table) => (isTableOf(table, rule) ? withoutRule(table, rule) : table)),
      })),
    world,
  );
}

/**
 * `world` with what drops at `rules` out of the way: the rules themselves, and where a table is a program's own (not
 * iptables' common ones), the whole table, for such programs end their chains with more of the same.
 */
export function withoutOwnerDrops(world: World, rules: readonly RuleReference[]): World {
  const isOwn = ({ table }: RuleReference): boolean => !COMMON_TABLES.has(table);
  const left = withoutRules(
    world,
    rules.filter((rule) => !isOwn(rule)),
  );
  return rules.filter(isOwn).reduce(
    (before, rule) =>
      withNodeState(before, rule.node, (state) => ({
        ...state,
        tables: state.tables.filter((table) => !isTableOf(table, rule)),
      })),
    left,
  );
}

/** `world` without the rules of kube-proxy on `node` that are of another mode than `mode`. */
export function withoutProxyTables(world: World, node: string, mode: string): World {
  return withNodeState(world, node, (state) => ({
    ...state,
    tables:
      mode === 'nftables'
        ? state.tables.map(withoutProxyChains)
        : state.tables.filter(({ name }) => name !== 'kube-proxy'),
  }));
}

/** `world` without kube-proxy's rules on `node` in the tables of one iptables flavour. */
export function withoutFlavour(world: World, node: string, flavour: Table['origin']): World {
  return withNodeState(world, node, (state) => ({
    ...state,
    tables: state.tables.map((table) => (table.origin === flavour ? withoutProxyChains(table) : table)),
  }));
}

const COMMON_TABLES = new Set(['filter', 'nat', 'mangle', 'raw', 'security', 'kube-proxy']);

function isTableOf(table: Table, rule: RuleReference): boolean {
  return table.family === rule.family && table.name === rule.table && table.source === rule.source;
}

function withoutRule(table: Table, rule: RuleReference): Table {
  const chain = table.chains.get(rule.chain);
  if (chain === undefined) return table;
  const chains = new Map(table.chains).set(rule.chain, repairChain(chain, rule));
  return { ...table, chains };
}

function repairChain(chain: Chain, rule: RuleReference): Chain {
  if (chain.base && rule.rule.startsWith('policy'))
    return { ...chain, base: { ...chain.base, policy: 'accept' } };
  return { ...chain, rules: skipping(chain, rule) };
}

function skipping(chain: Chain, skipped: RuleReference): RuleList {
  return listOf(
    [...rulesOf(chain)].filter(({ line, text }) => line !== skipped.line || text !== skipped.rule),
  );
}
