import { type Ip, formatIp } from '../../model/address.ts';
import type { NodeState } from '../node-state.ts';
import type { BridgePort } from '../routes/routes.ts';
import { linkOf } from './node-links.ts';
import { ownRouteTo } from './pod-routes.ts';
import { lookUpRoute } from './route-lookup.ts';
import type { RuleReference } from './trace.ts';

/** Whether `device` of `node` is a bridge; undefined where interfaces were not read. */
export function isBridge(node: NodeState, device: string | undefined): boolean | undefined {
  if (device === undefined) return undefined;
  const link = linkOf(node, device);
  if (link?.kind !== undefined) return link.kind === 'bridge';
  if (node.bridgePorts?.some(({ bridge }) => bridge === device)) return true;
  if (node.links === undefined) return undefined;
  return node.links.some(({ master }) => master === device);
}

/** The device by which `node` reaches one of its own pods; undefined where routes were not read or do not tell. */
export function deviceOfPod(node: NodeState, address: Ip): string | undefined {
  const own = ownRouteTo(node, address);
  if (own !== undefined) return own.device;
  // As what begins on the node: rules for what arrives by some interface lead elsewhere.
  const result = lookUpRoute(node, { destination: address, iif: '' });
  return result.kind === 'route' && result.route.type === 'unicast' ? result.route.device : undefined;
}

/** Whether a frame may leave a bridge by the port it came in: undefined where that was not read. */
export interface Hairpin {
  readonly isAllowed: boolean | undefined;
  readonly by: RuleReference | undefined;
  readonly why: string;
}

/** Whether the pod at `address` behind `bridge` gets its own frames back. *Source:* bridge(8) `hairpin`. */
export function hairpinOf(node: NodeState, bridge: string, address: Ip): Hairpin {
  if (linkOf(node, bridge)?.isPromiscuous === true)
    return { isAllowed: true, by: undefined, why: 'promiscuous' };
  const ports = portsOf(node, bridge);
  const own = ports.filter(({ addresses }) => addresses?.includes(address));
  // A port that other addresses stand behind is not this pod's.
  const unnamed = ports.filter(({ addresses }) => addresses === undefined);
  const candidates = own.length > 0 ? own : unnamed.length > 0 ? unnamed : ports;
  const off = candidates.filter(({ hairpin }) => hairpin === false);
  if (
    candidates.length === 0 ||
    (off.length === 0 && candidates.some(({ hairpin }) => hairpin === undefined))
  ) {
    return {
      isAllowed: undefined,
      by: undefined,
      why: `hairpin_mode of the ports of ${bridge} was not read`,
    };
  }
  const [first] = off;
  if (first === undefined) return { isAllowed: true, by: undefined, why: 'hairpin_mode 1' };
  const by = referenceToPort(node, bridge, first);
  if (off.length === candidates.length) return { isAllowed: false, by, why: 'hairpin_mode 0' };
  const names = off.map(({ name }) => name).join(', ');
  return {
    isAllowed: undefined,
    by,
    why: `hairpin_mode is 0 on ${names}, and which port of ${bridge} belongs to ${formatIp(address)} was not read`,
  };
}

/** The port of `bridge` behind which `address` stands; undefined where that was not read. */
export function portTo(node: NodeState, bridge: string | undefined, address: Ip): string | undefined {
  if (bridge === undefined) return undefined;
  return portsOf(node, bridge).find(({ addresses }) => addresses?.includes(address))?.name;
}

function portsOf(node: NodeState, bridge: string): readonly BridgePort[] {
  const masters = new Set(node.links?.filter(({ master }) => master === bridge).map(({ name }) => name));
  return (node.bridgePorts ?? []).filter((port) =>
    port.bridge === undefined ? masters.has(port.name) : port.bridge === bridge,
  );
}

function referenceToPort(node: NodeState, bridge: string, port: BridgePort): RuleReference {
  return {
    node: node.name,
    family: 'bridge',
    table: bridge,
    chain: port.name,
    rule: `${port.name}: hairpin_mode 0`,
    source: port.source,
    line: port.line,
  };
}
