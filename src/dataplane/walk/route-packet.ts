import { type Ip, formatIp } from '../../model/address.ts';
import type { NodeState } from '../node-state.ts';
import type { Route } from '../routes/routes.ts';
import { addressTypeOf, knowsAddresses } from './local-addresses.ts';
import { forkByUnknown, type Slot } from './outcome-tree.ts';
import { forkState, type PacketState } from './packet-state.ts';
import type { RouteResult } from './route-index.ts';
import { formatRoute, lookUpRoute } from './route-lookup.ts';
import { type RuleReference } from './trace.ts';
import { type WalkContext, addStep } from './walk-context.ts';

/** Where the routing decision sends a packet: to the node itself, out by `state.oif` and `state.via`, or nowhere. */
export type Direction =
  | { readonly kind: 'local'; readonly device: string | undefined; readonly preferred: Ip | undefined }
  | { readonly kind: 'out'; readonly preferred: Ip | undefined }
  | { readonly kind: 'refused'; readonly with: string; readonly by: RuleReference }
  | { readonly kind: 'dropped'; readonly by: RuleReference }
  | { readonly kind: 'no-route'; readonly by: RuleReference };

/**
 * Routes the packet and sets its `oif` and `via`. Where routes were not read, the API's knowledge of addresses stands in and
 * the interface stays unknown. Several next hops are several branches; those but the first go to `others`.
 */
export function routePacket(
  context: WalkContext,
  state: PacketState,
  others: (state: PacketState) => void,
): Direction {
  const { node } = state;
  if (!knowsAddresses(node) && addressTypeOf(context.network, node, state.destination) === 'local')
    return { kind: 'local', device: undefined, preferred: undefined };
  const result = lookUpRoute(node, {
    destination: state.destination,
    ...(state.isSourceKnown ? { source: state.source } : {}),
    ...(state.iif === undefined ? {} : { iif: state.iif }),
    mark: state.mark,
    protocol: state.protocol,
  });
  if (result.kind === 'unknown') return withoutRoutes(context, state);
  if (result.kind !== 'route') return withoutRoute(node, state, result);
  const { route } = result;
  if (context.isVerbose)
    addStep(context, state, 'routing', formatRoute(route), referenceToRoute(node, route));
  switch (route.type) {
    case 'local':
    case 'broadcast':
    case 'anycast':
      return { kind: 'local', device: route.device, preferred: route.preferredSource };
    case 'unreachable':
      return { kind: 'refused', with: 'icmp-host-unreachable', by: referenceToRoute(node, route) };
    case 'prohibit':
      return { kind: 'refused', with: 'icmp-admin-prohibited', by: referenceToRoute(node, route) };
    case 'blackhole':
      return { kind: 'dropped', by: referenceToRoute(node, route) };
    default:
      takeHop(state, route, others);
      return { kind: 'out', preferred: route.preferredSource };
  }
}

function takeHop(state: PacketState, route: Route, others: (state: PacketState) => void): void {
  const { nexthops } = route;
  if (nexthops === undefined || nexthops.length === 0) {
    state.oif = route.device;
    state.via = route.via;
    return;
  }
  const slots: readonly Slot[] =
    nexthops.length === 1
      ? [state.slot]
      : forkByUnknown(state.slot, nexthops.length, {
          text: 'which of several next hops the packet takes',
          rule: referenceToRoute(state.node, route),
        });
  for (const [i, hop] of nexthops.entries()) {
    const branch = i === 0 ? state : forkState(state, slots[i] as Slot);
    branch.oif = hop.device;
    branch.via = hop.via;
    if (i > 0) others(branch);
  }
  state.slot = slots[0] as Slot;
}

function withoutRoutes(context: WalkContext, state: PacketState): Direction {
  const type = addressTypeOf(context.network, state.node, state.destination);
  state.oif = undefined;
  state.via = undefined;
  return type === 'local'
    ? { kind: 'local', device: undefined, preferred: undefined }
    : { kind: 'out', preferred: undefined };
}

function withoutRoute(
  node: NodeState,
  state: PacketState,
  result: Exclude<RouteResult, { kind: 'route' }>,
): Direction {
  if (result.kind === 'rule') {
    const { rule } = result;
    const by: RuleReference = {
      node: node.name,
      family: 'route',
      table: '',
      chain: 'rules',
      rule: `${rule.priority}: ${rule.action.kind}`,
      source: `ip rule of ${node.name}`,
      line: rule.line,
    };
    if (rule.action.kind === 'blackhole') return { kind: 'dropped', by };
    return {
      kind: 'refused',
      with: rule.action.kind === 'prohibit' ? 'icmp-admin-prohibited' : 'icmp-host-unreachable',
      by,
    };
  }
  return {
    kind: 'no-route',
    by: {
      node: node.name,
      family: 'route',
      table: '',
      chain: '',
      rule: `no route to ${formatIp(state.destination)}`,
      source: `ip route of ${node.name}`,
      line: 0,
    },
  };
}

const references = new WeakMap<Route, Map<string, RuleReference>>();

/** A route, as an answer names it. */
export function referenceToRoute(node: NodeState, route: Route): RuleReference {
  let byNode = references.get(route);
  if (byNode === undefined) references.set(route, (byNode = new Map()));
  let reference = byNode.get(node.name);
  if (reference === undefined) {
    reference = {
      node: node.name,
      family: 'route',
      table: route.table,
      chain: '',
      rule: formatRoute(route),
      source: `ip route of ${node.name}`,
      line: route.line,
    };
    byNode.set(node.name, reference);
  }
  return reference;
}
