import { parseIp } from '../../model/address.ts';
import { type Cidr, parseCidr } from '../../model/cidr.ts';
import { type Parsed, type TextSource, isJson, mapRows, parseJsonRows, parseLines } from '../text-source.ts';
import type { Route, RouteType } from './routes.ts';

const TYPES = new Set<string>([
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'anycast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
]);

/** Words that a value follows. */
const VALUED = new Set(['via', 'dev', 'src', 'table', 'metric', 'proto', 'scope']);

type Nexthop = NonNullable<Route['nexthops']>[number];

/** Routes of `ip route show table all` (or one table), text or `-j`, both families. *Source:* ip-route(8), iproute2 6.1. */
export function parseIpRoute(source: TextSource): Parsed<Route> {
  if (isJson(source)) {
    const { items, issues } = parseJsonRows(source);
    const families = new Set(items.map(familyOfRow));
    const others = families.has('IPv6') && !families.has('IPv4') ? 'IPv6' : 'IPv4';
    return mapRows(source, { items, issues }, 'is no route', (row) =>
      jsonRoute(row, (familyOfRow(row) ?? others) === 'IPv6'),
    );
  }
  const nexthops: Nexthop[][] = [];
  const parsed = parseLines<Route>(source, ({ text, number }) => {
    const words = text.trim().split(/\s+/);
    if (words[0] === 'nexthop') {
      nexthops.at(-1)?.push(nexthopOf(words));
      return undefined;
    }
    const own: Nexthop[] = [];
    const route = textRoute(words, number, own);
    if (route === undefined) return { problem: 'is no route' };
    nexthops.push(own);
    return route;
  });
  return { items: parsed.items.map((route) => withoutEmptyNexthops(route)), issues: parsed.issues };
}

function withoutEmptyNexthops(route: Route): Route {
  if (route.nexthops === undefined || route.nexthops.length > 0) return route;
  const { nexthops: _none, ...rest } = route;
  return rest;
}

function textRoute(words: readonly string[], line: number, nexthops: Nexthop[]): Route | undefined {
  const type = TYPES.has(words[0] ?? '') ? (words[0] as RouteType) : 'unicast';
  const rest = TYPES.has(words[0] ?? '') ? words.slice(1) : words;
  const after = (word: string): string | undefined => {
    const index = rest.indexOf(word, 1);
    return index < 0 ? undefined : rest[index + 1];
  };
  const via = gatewayOf(rest);
  const source = parseIp(after('src') ?? '');
  const isIpv6 =
    (typeof via === 'bigint' && !rest.includes('inet6')) ||
    typeof source === 'bigint' ||
    rest.includes('pref') ||
    (rest[0] ?? '').includes(':');
  const destination = destinationOf(rest[0] ?? '', isIpv6);
  if (destination === undefined) return undefined;
  // A line cut in the middle would be another route.
  if (rest.includes('via') && via === undefined) return undefined;
  if (rest.includes('src') && source === undefined) return undefined;
  if (VALUED.has(rest.at(-1) ?? '')) return undefined;
  return {
    destination,
    type,
    table: after('table') ?? 'main',
    metric: Number(after('metric') ?? 0),
    line,
    nexthops,
    ...optional({
      via,
      device: after('dev'),
      preferredSource: source,
      scope: after('scope'),
      protocol: after('proto'),
    }),
  };
}

/** `via 10.0.0.1`; `via inet6 fe80::1` where the gateway is of another family than the route. */
function gatewayOf(words: readonly string[]): number | bigint | undefined {
  const index = words.indexOf('via', 1);
  if (index < 0) return undefined;
  const next = words[index + 1] ?? '';
  return parseIp(next === 'inet' || next === 'inet6' ? (words[index + 2] ?? '') : next);
}

function nexthopOf(words: readonly string[]): Nexthop {
  const device = words[words.indexOf('dev') + 1];
  const weight = Number(words[words.indexOf('weight') + 1] ?? 1);
  const via = gatewayOf(words);
  return { weight: Number.isFinite(weight) ? weight : 1, ...optional({ via, device }) };
}

function destinationOf(text: string, isIpv6: boolean): Cidr | undefined {
  if (text === 'default' || text === 'all')
    return isIpv6 ? { first: 0n, prefix: 0 } : { first: 0, prefix: 0 };
  return parseCidr(text);
}

/** The family of a route by its addresses; each of IPv6 has a preference as well, and only those of IPv4 have a scope. Undefined where none of them tells. */
function familyOfRow(row: Record<string, unknown>): 'IPv4' | 'IPv6' | undefined {
  const addresses = ['dst', 'gateway', 'prefsrc'].map((key) => String(row[key] ?? ''));
  if ('pref' in row || addresses.some((address) => address.includes(':'))) return 'IPv6';
  return 'scope' in row || addresses.some((address) => address.includes('.')) ? 'IPv4' : undefined;
}

function jsonRoute(row: Record<string, unknown>, isIpv6: boolean): Route | undefined {
  const text = (key: string): string | undefined => (row[key] === undefined ? undefined : String(row[key]));
  const destination = destinationOf(text('dst') ?? '', isIpv6);
  if (destination === undefined) return undefined;
  const type = text('type') ?? 'unicast';
  const hops = Array.isArray(row['nexthops']) ? (row['nexthops'] as Record<string, unknown>[]) : [];
  return {
    destination,
    type: TYPES.has(type) ? (type as RouteType) : 'unicast',
    table: text('table') ?? 'main',
    metric: Number(row['metric'] ?? 0),
    line: 0,
    ...(hops.length === 0
      ? {}
      : {
          nexthops: hops.map((hop) => ({
            weight: Number(hop['weight'] ?? 1),
            ...optional({
              via: parseIp(String(hop['gateway'] ?? '')),
              device: hop['dev'] as string | undefined,
            }),
          })),
        }),
    ...optional({
      via: parseIp(text('gateway') ?? (row['via'] as { host?: string } | undefined)?.host ?? ''),
      device: text('dev'),
      preferredSource: parseIp(text('prefsrc') ?? ''),
      scope: text('scope'),
      protocol: text('protocol'),
    }),
  };
}

/** `record` without the members that are undefined. */
function optional<T extends Record<string, unknown>>(
  record: T,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}
