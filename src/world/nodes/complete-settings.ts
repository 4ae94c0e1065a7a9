import { ABSENT } from '../../dataplane/walk/kernel-settings.ts';

type Setting = readonly [name: string, value: string];

/** What the module br_netfilter brings. */
const OF_BRIDGE = ['net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip6tables'];

/** Of what the module ip_vs brings. */
export const OF_IPVS = 'net.ipv4.vs.conntrack';

/** `sysctl -a` goes by name: between these stand those of bridges. */
const AROUND_BRIDGE = [/^kernel\./, /^net\.core\./];

/** What the capture of a node prints beside the settings of bridges and of IPVS. */
const OF_CAPTURE = [
  /^net\.netfilter\.nf_conntrack_max$/,
  /^net\.ipv4\.ip_local_port_range$/,
  /^net\.ipv4\.conf\.all\.src_valid_mark$/,
  /^net\.ipv4\.conf\.all\.arp_ignore$/,
];

/**
 * The settings of a node by name. Where all were printed, by `sysctl -a` or by the capture of a node (`isCaptured`: with the names of their files), and none
 * of bridges is among them, br_netfilter is not loaded: they are then {@link ABSENT}. The same goes for IPVS.
 */
export function completeSettings(
  settings: readonly Setting[],
  isCaptured: boolean,
): ReadonlyMap<string, string> {
  const byName = new Map(settings);
  const names = [...byName.keys()];
  const has = (patterns: readonly RegExp[]): boolean =>
    patterns.every((pattern) => names.some((name) => pattern.test(name)));
  if (!has(AROUND_BRIDGE) && !(isCaptured && has(OF_CAPTURE))) return byName;
  const lacks = (prefix: string): boolean => !names.some((name) => name.startsWith(prefix));
  if (lacks('net.bridge.')) for (const name of OF_BRIDGE) byName.set(name, ABSENT);
  if (lacks('net.ipv4.vs.')) byName.set(OF_IPVS, ABSENT);
  return byName;
}
