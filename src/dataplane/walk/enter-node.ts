import type { Ip } from '../../model/address.ts';
import { cidrContains, cidrOf } from '../../model/cidr.ts';
import type { NodeState } from '../node-state.ts';
import { deviceOfPod, isBridge } from './bridge.ts';
import { noteUnknown } from './end-packet.ts';
import { bridgeCallsIptables } from './kernel-settings.ts';
import { linkOf } from './node-links.ts';
import { forgetConnection, type PacketState, tupleOf } from './packet-state.ts';
import { lookUpRoute } from './route-lookup.ts';

/** Brings the packet from the node it stands on to `node`, by the interface that faces the sender. */
export function enterNode(state: PacketState, node: NodeState): void {
  const from = state.node;
  const iif = arrivalDevice(node, from, state.oif, state.via, state.source);
  state.node = node;
  state.iif = iif;
  state.oif = '';
  state.via = undefined;
  state.physin = '';
  state.physout = '';
  state.mark = 0;
  state.sender = undefined;
  state.stage = 'prerouting';
  forgetConnection(state);
  state.arrived = tupleOf(state);
  state.arrivedBy = iif;
  // A network that joins the bridges of nodes (Weave Net) brings frames to one of its ports.
  if (isBridge(node, iif) === true) {
    if (bridgeCallsIptables(node, state.source) !== false) state.physin = undefined;
    stayOnBridge(state);
  }
}

/** Puts a packet that a pod of the node sends onto the node's side of the pod's link. */
export function enterFromPod(state: PacketState): void {
  const { node, source } = state;
  state.iif = node.routes === undefined ? undefined : deviceOfPod(node, source);
  state.sender = source;
  // The port a frame came in by has a name that was not read.
  if (isBridge(node, state.iif) !== false && bridgeCallsIptables(node, source) !== false) {
    state.physin = undefined;
  }
  state.stage = 'prerouting';
  state.arrivedBy = state.iif;
  if (isBridge(node, state.iif) === true) stayOnBridge(state);
}

/** A frame to another port of the bridge that it came in by goes past the node, or through the hooks if bridges call iptables. */
function stayOnBridge(state: PacketState): void {
  const { node } = state;
  const route = lookUpRoute(node, {
    destination: state.destination,
    ...(state.iif === undefined ? {} : { iif: state.iif }),
  });
  const isSameBridge =
    route.kind === 'route' &&
    route.route.type === 'unicast' &&
    route.route.via === undefined &&
    route.route.device === state.iif;
  if (!isSameBridge) return;
  state.isBridged = true;
  const calls = bridgeCallsIptables(node, state.destination);
  if (calls === undefined)
    noteUnknown(state, `net.bridge.bridge-nf-call-iptables of ${node.name} was not read`);
  if (calls !== false) return;
  state.isTracked = false;
  state.oif = state.iif;
  state.stage = 'deliver';
}

/** Puts a packet from outside onto the interface that leads back to its source. */
export function enterFromOutside(state: PacketState): void {
  const back = lookUpRoute(state.node, { destination: state.source, iif: '' });
  state.iif = back.kind === 'route' && back.route.type === 'unicast' ? back.route.device : undefined;
  state.stage = 'prerouting';
  state.arrivedBy = state.iif;
}

// The overlay device of the same name, the interface that has the gateway's address, the one on the sender's network, or else
// the one that leads back.
function arrivalDevice(
  node: NodeState,
  from: NodeState,
  oif: string | undefined,
  via: Ip | undefined,
  source: Ip,
): string | undefined {
  const sent = linkOf(from, oif);
  if (sent !== undefined && isOverlay(sent.kind, sent.name) && linkOf(node, sent.name) !== undefined) {
    return sent.name;
  }
  for (const link of node.links ?? []) {
    for (const { address, prefix } of link.addresses) {
      if (via !== undefined && address === via) return link.name;
      for (const peer of sent?.addresses ?? []) {
        if (peer.scope === 'link' || link.isLoopback || prefix === 32 || prefix === 128) continue;
        if (cidrContains(cidrOf(address, prefix), peer.address)) return link.name;
      }
    }
  }
  const back = lookUpRoute(node, { destination: source, iif: '' });
  return back.kind === 'route' && back.route.type === 'unicast' ? back.route.device : undefined;
}

function isOverlay(kind: string | undefined, name: string): boolean {
  return (
    /^(vxlan|geneve|ipip|ip6tnl|sit|gre|gretap|wireguard|tun)$/.test(kind ?? '') ||
    /^(flannel|vxlan|tunl|cilium_|wg|antrea-gw|ovn-k8s|weave)/.test(name)
  );
}
