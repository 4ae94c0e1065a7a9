import { formatIp } from '../../model/address.ts';
import type { PacketState } from './packet-state.ts';
import { reversePathMode, sysctlNumber } from './kernel-settings.ts';
import { formatRoute, lookUpRoute } from './route-lookup.ts';
import type { RuleReference } from './trace.ts';

/** What of a packet the reverse path test looks at. */
export type Arrived = Pick<
  PacketState,
  'node' | 'iif' | 'source' | 'destination' | 'isSourceKnown' | 'mark' | 'protocol'
>;

/** Whether a route back to the packet's source exists: by the interface it came from, or by any where `loose`. */
export function reversePathHolds(
  state: Arrived,
  loose: boolean,
  withMark: boolean,
): 'yes' | 'no' | 'unknown' {
  const { node, iif } = state;
  if (!state.isSourceKnown || iif === undefined) return 'unknown';
  if (iif === 'lo' || iif === '') return 'yes';
  const result = lookUpRoute(node, {
    destination: state.source,
    source: state.destination,
    // The kernel asks as if the way back began on the node. *Source:* `__fib_validate_source`.
    iif: '',
    protocol: state.protocol,
    ...(withMark ? { mark: state.mark } : {}),
  });
  if (result.kind === 'unknown') return 'unknown';
  if (result.kind !== 'route') return 'no';
  const { route } = result;
  if (route.type !== 'unicast') return 'no';
  if (loose) return 'yes';
  return route.device === iif || route.nexthops?.some((hop) => hop.device === iif) === true ? 'yes' : 'no';
}

/** The setting that drops the packet for its source address; undefined where it passes. IPv4 only, as in the kernel. */
export function reversePathBlock(state: Arrived): RuleReference | undefined {
  const { node, iif, source } = state;
  if (typeof source !== 'number' || iif === undefined || iif === '' || iif === 'lo') return undefined;
  const setting = reversePathMode(node, iif);
  if (setting === undefined || setting.mode === 0) return undefined;
  const withMark =
    (sysctlNumber(node, 'net.ipv4.conf.all.src_valid_mark') ?? 0) !== 0 ||
    (sysctlNumber(node, `net.ipv4.conf.${iif}.src_valid_mark`) ?? 0) !== 0;
  if (reversePathHolds(state, setting.mode === 2, withMark) !== 'no') return undefined;
  const back = lookUpRoute(node, { destination: source });
  const route = back.kind === 'route' ? formatRoute(back.route) : 'no route';
  return {
    node: node.name,
    family: 'sysctl',
    table: '',
    chain: '',
    rule: `${setting.name} = ${setting.mode} (${formatIp(source)} arrived by ${iif}; the way back is ${route})`,
    source: `sysctl of ${node.name}`,
    line: 0,
  };
}
