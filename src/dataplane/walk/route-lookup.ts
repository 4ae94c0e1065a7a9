import { type Ip, formatIp } from '../../model/address.ts';
import { cidrContains, cidrOf } from '../../model/cidr.ts';
import type { NodeState } from '../node-state.ts';
import type { Route, RouteRule } from '../routes/routes.ts';
import { type RouteIndex, type RouteResult, type RouteTable, routeIndexOf } from './route-index.ts';
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

const NONE: RouteResult = { kind: 'none' };

/**
 * The route that `node` takes for `key`: rules by priority, the longest prefix of each table, the lowest metric.
 * *Source:* ip-rule(8), ip-route(8), linux/net/ipv4/fib_rules.c, there `fib4_rule_suppress`.
 */
export function lookUpRoute(node: NodeState, key: RouteKey): RouteResult {
  if (node.routes === undefined) return { kind: 'unknown', why: `the routes of ${node.name} were not read` };
  const index = routeIndexOf(node);
  const family = typeof key.destination === 'number' ? 'ip' : 'ip6';
  if (!index.hasMain[family]) {
    const found = walkRules(index, index.rules[family], key, 0, 0);
    return found.kind === 'none'
      ? { kind: 'unknown', why: `the routing rules of ${node.name} that were read lead to no table main` }
      : found;
  }
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
      const isPassedOver =
        route === undefined ||
        route.type === 'throw' ||
        route.destination.prefix <= (rule.suppressPrefix ?? -1);
      return isPassedOver ? undefined : { kind: 'route', route };
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
