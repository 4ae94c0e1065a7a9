import type { NodeState, Unread } from '../../dataplane/node-state.ts';
import type { ProxyMode } from '../kube-proxy-state.ts';
import { ABSENT } from '../../dataplane/walk/kernel-settings.ts';
import { OF_IPVS } from './complete-settings.ts';
import { type RulesRead, findUnreadRules } from './find-unread-rules.ts';
import type { RuleDump } from './merge-tables.ts';

/**
 * What a node has for sure, that decides over packets, and that no source of it shows: rules, routes, whether it forwards. `mode` is how its
 * kube-proxy is known to work. Nothing for a family of which no rules were read: then all is unknown anyway.
 */
export function findUnread(
  state: NodeState,
  dumps: readonly RuleDump[],
  mode: ProxyMode | undefined,
  more: Pick<RulesRead, 'isProxyAlive' | 'isLegacyAsked'> = {},
): readonly Unread[] {
  const hasIpvs = (state.ipvs !== undefined && state.isIpvsCut !== true) || isWithoutIpvs(state);
  const rules = findUnreadRules({ node: state.name, dumps, hasIpvs, mode, ...more });
  const others = (['ip', 'ip6'] as const).flatMap((family) =>
    state.hasRules[family] ? [...routesOf(state, family), ...settingsOf(state, family)] : [],
  );
  return [...rules, ...others];
}

/** The kernel has no virtual servers where the module is not loaded, and `/proc/net/ip_vs` is not there to be read. */
function isWithoutIpvs({ ipvs, sysctls }: NodeState): boolean {
  return ipvs === undefined && sysctls?.get(OF_IPVS) === ABSENT;
}

function routesOf({ name, routes, routeRules }: NodeState, family: Unread['family']): Unread[] {
  const own = routeRules?.filter((rule) => rule.family === family) ?? [];
  const hasMain =
    own.length === 0 || own.some(({ action }) => action.kind === 'lookup' && isMain(action.table));
  const command = family === 'ip' ? 'ip' : 'ip -6';
  if (routes === undefined)
    return [missing(name, family, 'routes', 'they were not read', `${command} route show table all`)];
  if (hasMain) return [];
  const why = 'none of those that were read leads to table main, as every kernel has one from its start';
  return [missing(name, family, 'routing rules', why, `${command} rule`)];
}

function isMain(table: string): boolean {
  return table === 'main' || table === '254';
}

/** Any of these tells whether packets are passed on. */
const FORWARDING = {
  ip: /^net\.ipv4\.(ip_forward|conf\..+\.forwarding)$/,
  ip6: /^net\.ipv6\.conf\.all\.forwarding$/,
} as const;

function settingsOf({ name, sysctls }: NodeState, family: Unread['family']): Unread[] {
  const isRead = [...(sysctls?.keys() ?? [])].some((key) => FORWARDING[family].test(key));
  return isRead
    ? []
    : [missing(name, family, 'sysctls', 'whether it forwards packets was not read', 'sysctl -a')];
}

function missing(node: string, family: Unread['family'], what: string, why: string, command: string): Unread {
  return {
    family,
    mayServe: false,
    gap: { what: `${what} of ${node}`, why, unlock: `${command} on ${node}`, node },
  };
}
