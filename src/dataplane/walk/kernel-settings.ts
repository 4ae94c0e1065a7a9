import { type Ip } from '../../model/address.ts';
import type { NodeState } from '../node-state.ts';
import type { RuleReference } from './trace.ts';

/** The value of a setting that the kernel does not have, because its module is not loaded. */
export const ABSENT = 'absent';

/** The value of a sysctl on `node` as a number; undefined where it was not read. */
export function sysctlNumber(node: NodeState, name: string): number | undefined {
  const text = node.sysctls?.get(name);
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

/** A sysctl that decided, as an answer names it. */
export function referenceToSysctl(node: NodeState, name: string, value: number): RuleReference {
  return {
    node: node.name,
    family: 'sysctl',
    table: '',
    chain: '',
    rule: `${name} = ${value}`,
    source: `sysctl of ${node.name}`,
    line: 0,
  };
}

/** The sysctl that keeps `node` from forwarding packets that arrive by `iif`; undefined where it forwards or was not read. */
export function forwardingBlock(
  node: NodeState,
  iif: string | undefined,
  address: Ip,
): RuleReference | undefined {
  const settings = settingsOf(node, iif ?? '');
  return typeof address === 'number' ? settings.forwardingBlock : settings.forwardingBlock6;
}

/** The reverse path filter in force on `iif`: the greater of `all` and the interface's own; undefined where unread. IPv4 only. */
export function reversePathMode(node: NodeState, iif: string): ReversePathMode | undefined {
  return settingsOf(node, iif).reversePath;
}

/** 0 off, 1 strict, 2 loose, and the sysctl that says so. */
export interface ReversePathMode {
  readonly mode: number;
  readonly name: string;
}

interface InterfaceSettings {
  readonly forwardingBlock: RuleReference | undefined;
  readonly forwardingBlock6: RuleReference | undefined;
  readonly reversePath: ReversePathMode | undefined;
}

const settings = new WeakMap<NodeState, Map<string, InterfaceSettings>>();

function settingsOf(node: NodeState, iif: string): InterfaceSettings {
  let byInterface = settings.get(node);
  if (byInterface === undefined) settings.set(node, (byInterface = new Map()));
  let known = byInterface.get(iif);
  if (known === undefined) {
    known = {
      // The interface's own setting is what the kernel looks at; writing ip_forward sets it for all of them.
      forwardingBlock: firstZero(node, [
        `net.ipv4.conf.${iif}.forwarding`,
        'net.ipv4.ip_forward',
        'net.ipv4.conf.all.forwarding',
      ]),
      forwardingBlock6: firstZero(node, ['net.ipv6.conf.all.forwarding']),
      reversePath: readReversePath(node, iif),
    };
    byInterface.set(iif, known);
  }
  return known;
}

// The first of the settings that was read decides.
function firstZero(node: NodeState, names: readonly string[]): RuleReference | undefined {
  for (const name of names) {
    const value = sysctlNumber(node, name);
    if (value === 0) return referenceToSysctl(node, name, 0);
    if (value !== undefined) return undefined;
  }
  return undefined;
}

function readReversePath(node: NodeState, iif: string): ReversePathMode | undefined {
  const all = sysctlNumber(node, 'net.ipv4.conf.all.rp_filter');
  const own = sysctlNumber(node, `net.ipv4.conf.${iif}.rp_filter`);
  if (all === undefined && own === undefined) return undefined;
  return (own ?? 0) >= (all ?? 0)
    ? { mode: own ?? 0, name: `net.ipv4.conf.${iif}.rp_filter` }
    : { mode: all ?? 0, name: 'net.ipv4.conf.all.rp_filter' };
}

/** Whether packets from or to 127.0.0.0/8 may use `device`: set for all or for it. Undefined where unread. */
export function routesLocalnet(node: NodeState, device: string): boolean | undefined {
  const all = sysctlNumber(node, 'net.ipv4.conf.all.route_localnet');
  const own = sysctlNumber(node, `net.ipv4.conf.${device}.route_localnet`);
  if (all === undefined && own === undefined) return undefined;
  return (all ?? 0) !== 0 || (own ?? 0) !== 0;
}

/** Whether frames that a bridge forwards pass the IP hooks; undefined where unread. */
export function bridgeCallsIptables(node: NodeState, address: Ip): boolean | undefined {
  const name = bridgeSetting(address);
  if (node.sysctls?.get(name) === ABSENT) return false;
  const value = sysctlNumber(node, name);
  return value === undefined ? undefined : value !== 0;
}

/** The setting that says whether frames of `address` pass the IP hooks of bridges. */
export function bridgeSetting(address: Ip): string {
  return `net.bridge.bridge-nf-call-${typeof address === 'number' ? 'iptables' : 'ip6tables'}`;
}

/** What keeps frames of bridges from the IP hooks, as an answer names it. */
export function referenceToBridgeSetting(node: NodeState, address: Ip): RuleReference {
  const name = bridgeSetting(address);
  const found = referenceToSysctl(node, name, 0);
  return node.sysctls?.get(name) === ABSENT
    ? { ...found, rule: `${name} is not there: br_netfilter is not loaded` }
    : found;
}
