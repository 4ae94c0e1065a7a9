import { type Ip, formatIp } from '../../model/address.ts';
import { type Cidr, cidrContains, cidrOf } from '../../model/cidr.ts';
import type { NodeState } from '../node-state.ts';
import type { Route, RouteRule } from '../routes/routes.ts';
import { isInNames } from './value-ranges.ts';

/** What a packet is routed by. An absent mark is 0. */
export interface RouteKey {
  readonly destination: Ip;
  readonly source?: Ip;
  readonly iif?: string;
  readonly oif?: string;
  readonly mark?: number;
  readonly protocol?: number;
}

/** The route found; `none` where no table has one; `rule` where a routing rule itself refuses; `unknown` where routes were not read or a rule is not understood. */
export type RouteResult =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'none' }
  | { readonly kind: 'rule'; readonly rule: RouteRule }
  | { readonly kind: 'unknown'; readonly why: string };

interface RouteTable {
  /** Prefix lengths that occur, longest first, with the routes by first address. */
  readonly v4: readonly { readonly prefix: number; readonly routes: ReadonlyMap<Ip, readonly Route[]> }[];
  readonly v6: readonly { readonly prefix: number; readonly routes: ReadonlyMap<Ip, readonly Route[]> }[];
}

interface RouteIndex {
  readonly tables: ReadonlyMap<string, RouteTable>;
  readonly rules: { readonly ip: readonly RouteRule[]; readonly ip6: readonly RouteRule[] };
  /** Whether lookups depend on nothing but the destination. */
  readonly isPlain: { readonly ip: boolean; readonly ip6: boolean };
  readonly memo: Map<Ip, RouteResult>;
}

const indexes = new WeakMap<NodeState, RouteIndex>();
const NONE: RouteResult = { kind: 'none' };

/**
 * The route that `node` takes for `key`: rules by priority, the longest prefix of each table, the lowest metric.
 * *Source:* ip-rule(8), ip-route(8), linux/net/ipv4/fib_rules.c.
 */
export function lookUpRoute(node: NodeState, key: RouteKey): RouteResult {
  if (node.routes === undefined) return { kind: 'unknown', why: `the routes of ${node.name} were not read` };
  const index = indexOf(node);
  const family = typeof key.destination === 'number' ? 'ip' : 'ip6';
  if (!index.isPlain[family] || key.oif !== undefined)
    return walkRules(index, index.rules[family], key, 0, 0);
  let result = index.memo.get(key.destination);
  if (result === undefined) {
    result = walkRules(index, index.rules[family], key, 0, 0);
    if (index.memo.size < 100_000) index.memo.set(key.destination, result);
  }
  return result;
}

/** A route in the words of ip-route(8), short. */
export function formatRoute(route: Route): string {
  const { destination, type, via, device } = route;
  const isDefault = destination.prefix === 0;
  const parts = [
    type === 'unicast' ? '' : type,
    isDefault ? 'default' : `${formatIp(destination.first)}/${destination.prefix}`,
  ];
  if (via !== undefined) parts.push('via', formatIp(via));
  if (device !== undefined) parts.push('dev', device);
  if (route.table !== 'main') parts.push('table', route.table);
  return parts.filter((part) => part !== '').join(' ');
}

function walkRules(
  index: RouteIndex,
  rules: readonly RouteRule[],
  key: RouteKey,
  from: number,
  depth: number,
): RouteResult {
  for (let i = from; i < rules.length; i++) {
    const rule = rules[i] as RouteRule;
    const applies = ruleApplies(rule, key);
    if (applies === false) continue;
    const taken = takeRule(index, rules, rule, key, i, depth);
    if (applies === true) {
      if (taken !== undefined) return taken;
      continue;
    }
    const skipped = depth > 16 ? NONE : walkRules(index, rules, key, i + 1, depth + 1);
    const other = taken ?? skipped;
    return isSameResult(other, skipped)
      ? skipped
      : {
          kind: 'unknown',
          why: `whether routing rule ${rule.priority} applies (${rule.unknown ?? 'a selector'})`,
        };
  }
  return NONE;
}

function isSameResult(a: RouteResult, b: RouteResult): boolean {
  if (a === b) return true;
  if (a.kind === 'none' && b.kind === 'none') return true;
  return a.kind === 'route' && b.kind === 'route' && a.route === b.route;
}

// Undefined: the rule's table has no answer, and the next rule is tried.
function takeRule(
  index: RouteIndex,
  rules: readonly RouteRule[],
  rule: RouteRule,
  key: RouteKey,
  at: number,
  depth: number,
): RouteResult | undefined {
  switch (rule.action.kind) {
    case 'lookup': {
      const table = index.tables.get(rule.action.table);
      const route = table === undefined ? undefined : longestMatch(table, key);
      return route === undefined || route.type === 'throw' ? undefined : { kind: 'route', route };
    }
    case 'goto': {
      const target = rule.action.priority;
      const next = rules.findIndex((other, i) => i > at && other.priority >= target);
      return next < 0 || depth > 16 ? NONE : walkRules(index, rules, key, next, depth + 1);
    }
    case 'nop':
      return undefined;
    case 'blackhole':
    case 'unreachable':
    case 'prohibit':
      return { kind: 'rule', rule };
  }
}

function ruleApplies(rule: RouteRule, key: RouteKey): boolean | undefined {
  let isCertain = rule.unknown === undefined;
  let holds = true;
  if (rule.from !== undefined) {
    if (key.source === undefined) {
      // A packet made here without a source yet matches only `from all`. *Source:* fib4_rule_match.
      holds = rule.from.prefix === 0;
    } else holds = cidrContains(rule.from, key.source);
  }
  if (holds && rule.to !== undefined) holds = cidrContains(rule.to, key.destination);
  if (holds && rule.fwmark !== undefined) {
    holds = (((key.mark ?? 0) ^ rule.fwmark.value) & rule.fwmark.mask) === 0;
  }
  if (holds && rule.iif !== undefined) {
    if (key.iif === undefined) isCertain = false;
    else holds = isInNames(key.iif === '' ? 'lo' : key.iif, [rule.iif]);
  }
  if (holds && rule.oif !== undefined) holds = key.oif !== undefined && isInNames(key.oif, [rule.oif]);
  if (holds && rule.protocol !== undefined) holds = key.protocol === rule.protocol;
  if (!holds) return rule.not ? (isCertain ? true : undefined) : false;
  if (!isCertain) return undefined;
  return !rule.not;
}

function longestMatch(table: RouteTable, key: RouteKey): Route | undefined {
  const levels = typeof key.destination === 'number' ? table.v4 : table.v6;
  for (const { prefix, routes } of levels) {
    const found = routes.get(cidrOf(key.destination, prefix).first);
    if (found === undefined) continue;
    const [first] = found;
    if (key.oif === undefined) return first;
    const route = found.find(
      ({ device, nexthops }) => device === key.oif || nexthops?.some((hop) => hop.device === key.oif),
    );
    if (route !== undefined) return route;
  }
  return undefined;
}

function indexOf(node: NodeState): RouteIndex {
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
  // Dumps without `table all` leave out the local table; the addresses tell what it holds.
  if (!byTable.has('local')) byTable.set('local', localRoutes(node));
  const tables = new Map<string, RouteTable>();
  for (const [name, routes] of byTable) tables.set(name, buildTable(routes));
  const rules = { ip: rulesOf(node, 'ip'), ip6: rulesOf(node, 'ip6') };
  return {
    tables,
    rules,
    isPlain: { ip: rules.ip.every(isPlainRule), ip6: rules.ip6.every(isPlainRule) },
    memo: new Map(),
  };
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
