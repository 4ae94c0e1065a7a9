import type { Ip } from '../../model/address.ts';
import type { Cidr } from '../../model/cidr.ts';
import type { NodeState } from '../node-state.ts';
import type { Route, RouteRule } from '../routes/routes.ts';

/** The route found; `none` where no table has one; `rule` where a routing rule itself refuses; `unknown` where routes were not read or a rule is not understood. */
export type RouteResult =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'none' }
  | { readonly kind: 'rule'; readonly rule: RouteRule }
  | { readonly kind: 'unknown'; readonly why: string };

/** The routes of one table, by prefix length. */
export interface RouteTable {
  /** Prefix lengths that occur, longest first, with the routes by first address. */
  readonly v4: readonly { readonly prefix: number; readonly routes: ReadonlyMap<Ip, readonly Route[]> }[];
  readonly v6: readonly { readonly prefix: number; readonly routes: ReadonlyMap<Ip, readonly Route[]> }[];
}

/** What route lookups of a node go by. */
export interface RouteIndex {
  readonly tables: ReadonlyMap<string, RouteTable>;
  readonly rules: { readonly ip: readonly RouteRule[]; readonly ip6: readonly RouteRule[] };
  /** Whether a rule leads to the main table, as every kernel has it from its start: else rules are missing from what was read. */
  readonly hasMain: { readonly ip: boolean; readonly ip6: boolean };
  /** Whether lookups depend on nothing but the destination. */
  readonly isPlain: { readonly ip: boolean; readonly ip6: boolean };
  /** Answers that depend on nothing but the destination. */
  readonly memo: Map<Ip, RouteResult>;
}

const indexes = new WeakMap<NodeState, RouteIndex>();

/** The index of a node's routes, built once. */
export function routeIndexOf(node: NodeState): RouteIndex {
  let index = indexes.get(node);
  if (index === undefined) indexes.set(node, (index = buildIndex(node)));
  return index;
}

function buildIndex(node: NodeState): RouteIndex {
  const byTable = new Map<string, Route[]>();
  for (const route of node.routes ?? []) {
    const list = byTable.get(route.table);
    if (list === undefined) byTable.set(route.table, [route]);
    else list.push(route);
  }
  // Dumps without `table all` leave out the local table, and others are cut before its end; the addresses tell what it holds.
  const local = byTable.get('local') ?? [];
  const known = new Set(local.map(({ destination }) => destination.first));
  byTable.set('local', [
    ...local,
    ...localRoutes(node).filter(({ destination }) => !known.has(destination.first)),
  ]);
  const tables = new Map<string, RouteTable>();
  for (const [name, routes] of byTable) tables.set(name, buildTable(routes));
  const rules = { ip: rulesOf(node, 'ip'), ip6: rulesOf(node, 'ip6') };
  return {
    tables,
    rules,
    hasMain: { ip: rules.ip.some(leadsToMain), ip6: rules.ip6.some(leadsToMain) },
    isPlain: { ip: rules.ip.every(isPlainRule), ip6: rules.ip6.every(isPlainRule) },
    memo: new Map(),
  };
}

function leadsToMain({ action }: RouteRule): boolean {
  return action.kind === 'lookup' && (action.table === 'main' || action.table === '254');
}

function isPlainRule(rule: RouteRule): boolean {
  return (
    !rule.not &&
    rule.unknown === undefined &&
    (rule.from === undefined || rule.from.prefix === 0) &&
    rule.iif === undefined &&
    rule.oif === undefined &&
    rule.fwmark === undefined &&
    rule.protocol === undefined
  );
}

const DEFAULT_TABLES: readonly (readonly [number, string])[] = [
  [0, 'local'],
  [32766, 'main'],
  [32767, 'default'],
];

function rulesOf(node: NodeState, family: 'ip' | 'ip6'): readonly RouteRule[] {
  const own = node.routeRules?.filter((rule) => rule.family === family) ?? [];
  if (own.length > 0) return own.toSorted((a, b) => a.priority - b.priority);
  return DEFAULT_TABLES.map(([priority, table]) => ({
    priority,
    family,
    not: false,
    action: { kind: 'lookup', table },
    line: 0,
  }));
}

function localRoutes(node: NodeState): Route[] {
  const routes: Route[] = [
    {
      destination: { first: 0x7f000000, prefix: 8 },
      type: 'local',
      table: 'local',
      device: 'lo',
      metric: 0,
      line: 0,
    },
  ];
  for (const link of node.links ?? []) {
    for (const { address } of link.addresses) {
      const destination: Cidr = { first: address, prefix: typeof address === 'number' ? 32 : 128 };
      routes.push({ destination, type: 'local', table: 'local', device: link.name, metric: 0, line: 0 });
    }
  }
  return routes;
}

function buildTable(routes: readonly Route[]): RouteTable {
  const build = (isV4: boolean): RouteTable['v4'] => {
    const byPrefix = new Map<number, Map<Ip, Route[]>>();
    for (const route of routes) {
      const { first, prefix } = route.destination;
      if ((typeof first === 'number') !== isV4) continue;
      let byFirst = byPrefix.get(prefix);
      if (byFirst === undefined) byPrefix.set(prefix, (byFirst = new Map()));
      const list = byFirst.get(first);
      if (list === undefined) byFirst.set(first, [route]);
      else list.push(route);
    }
    for (const byFirst of byPrefix.values()) {
      for (const list of byFirst.values()) list.sort((a, b) => a.metric - b.metric);
    }
    return [...byPrefix].sort(([a], [b]) => b - a).map(([prefix, byFirst]) => ({ prefix, routes: byFirst }));
  };
  return { v4: build(true), v6: build(false) };
}
