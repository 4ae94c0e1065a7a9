import { type IpFamily, familyOf, parseIp } from '../model/address.ts';
import type { Endpoint, Frontend } from '../model/frontend.ts';
import type { Service, ServicePort, SliceEndpoint } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import { NEWEST_RULES, type SelectionRules } from './selection-rules.ts';
import { findPort, findService, slicesOf } from './service-index.ts';

/** An endpoint of a slice with what kube-proxy reads of its conditions. */
export interface SliceTarget extends Endpoint {
  readonly isReady: boolean;
  readonly isServing: boolean;
  readonly isTerminating: boolean;
  readonly zones: readonly string[];
  readonly hintedNodes: readonly string[];
}

/** The endpoints one node uses for one Service port and family. */
export interface EndpointSelection {
  /** For traffic policy Cluster, after topology hints; with the fallback to terminating ones. */
  readonly cluster: readonly SliceTarget[];
  /** Ready ones that hints keep for clients elsewhere. */
  readonly hintedElsewhere: readonly SliceTarget[];
  /** On the node itself; with the fallback to terminating ones. */
  readonly local: readonly SliceTarget[];
  /** Whether anybody anywhere could answer. */
  readonly hasAny: boolean;
}

/**
 * All targets of `port` in the slices of `service`: slices match by label, family, port name and protocol; only the
 * first address counts; the same address and port in several slices is one. In kube-proxy's order, by the text `ip:port`.
 * *Source:* kubernetes v1.37 pkg/proxy/endpointslicecache.go.
 */
export function targetsOf(
  world: World,
  service: Service,
  port: ServicePort,
  family: IpFamily,
): readonly SliceTarget[] {
  const last = lastAsked.get(world.endpointSlices);
  if (last?.service === service && last.port === port && last.family === family) return last.targets;
  const targets = collectTargets(world, service, port, family);
  lastAsked.set(world.endpointSlices, { service, port, family, targets });
  return targets;
}

/** All targets of the port that `frontend` is of; none where its Service has no such port (any more). */
export function servedBy(world: World, frontend: Frontend): readonly SliceTarget[] {
  const service = findService(world, frontend.service);
  const port = service && findPort(service, frontend);
  if (service === undefined || port === undefined) return [];
  return targetsOf(world, service, port, familyOf(frontend.address));
}

/** Every client of a Service port asks for the same targets, one Service port after the other. */
const lastAsked = new WeakMap<
  World['endpointSlices'],
  {
    readonly service: Service;
    readonly port: ServicePort;
    readonly family: IpFamily;
    readonly targets: readonly SliceTarget[];
  }
>();

function collectTargets(world: World, service: Service, port: ServicePort, family: IpFamily): SliceTarget[] {
  const targets = new Map<string, SliceTarget>();
  for (const slice of slicesOf(world, service)) {
    if (slice.addressType !== family) continue;
    const own = slice.ports?.find(
      ({ name = '', protocol = 'TCP' }) =>
        name === (port.name ?? '') && protocol === (port.protocol ?? 'TCP'),
    );
    if (own?.port === undefined) continue;
    for (const endpoint of slice.endpoints) addTarget(targets, endpoint, own.port, family);
  }
  return [...targets.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}

function addTarget(
  targets: Map<string, SliceTarget>,
  endpoint: SliceEndpoint,
  port: number,
  family: IpFamily,
): void {
  const [text] = endpoint.addresses;
  const address = text === undefined ? undefined : parseIp(text);
  if (address === undefined || familyOf(address) !== family) return;
  const { ready = true, terminating = false } = endpoint.conditions ?? {};
  const { serving = ready } = endpoint.conditions ?? {};
  const { targetRef } = endpoint;
  const key = `${text}:${port}`;
  if (targets.has(key) && terminating) return;
  targets.set(key, {
    address,
    port,
    ...(endpoint.nodeName === undefined ? {} : { node: endpoint.nodeName }),
    ...(targetRef?.kind === 'Pod' && targetRef.name
      ? { pod: `${targetRef.namespace ?? ''}/${targetRef.name}` }
      : {}),
    isReady: ready,
    isServing: serving,
    isTerminating: terminating,
    zones: (endpoint.hints?.forZones ?? []).map(({ name }) => name),
    hintedNodes: (endpoint.hints?.forNodes ?? []).map(({ name }) => name),
  });
}

/**
 * Which of `targets` a node uses. Hints count where every ready target has one and one of them is ours: first for the
 * node, then for its zone. `rules` say what the release of kube-proxy does. *Source:* `CategorizeEndpoints`, kubernetes v1.37 pkg/proxy/topology.go.
 */
export function selectEndpoints(
  targets: readonly SliceTarget[],
  node: string,
  zone: string | undefined,
  rules: SelectionRules = NEWEST_RULES,
): EndpointSelection {
  // One list for all nodes, where nothing tells them apart.
  const ready = readyOf(targets);
  const draining = rules.fallsBackToTerminating
    ? targets.filter(({ isServing, isTerminating, isReady }) => !isReady && isServing && isTerminating)
    : [];
  const hinted = followHints(ready, node, zone, rules);
  const localReady = ready.filter((target) => target.node === node);
  return {
    cluster: hinted.length > 0 ? hinted : draining,
    hintedElsewhere: hinted.length === ready.length ? NONE : ready.filter((each) => !hinted.includes(each)),
    local: localReady.length > 0 ? localReady : draining.filter((target) => target.node === node),
    hasAny: ready.length > 0 || draining.length > 0,
  };
}

const NONE: readonly SliceTarget[] = [];

const readyTargets = new WeakMap<readonly SliceTarget[], readonly SliceTarget[]>();

function readyOf(targets: readonly SliceTarget[]): readonly SliceTarget[] {
  let ready = readyTargets.get(targets);
  if (ready === undefined) readyTargets.set(targets, (ready = targets.filter(({ isReady }) => isReady)));
  return ready;
}

function followHints(
  ready: readonly SliceTarget[],
  node: string,
  zone: string | undefined,
  rules: SelectionRules,
): readonly SliceTarget[] {
  const hasAll = (pick: (target: SliceTarget) => readonly string[]): boolean =>
    ready.length > 0 && ready.every((target) => pick(target).length > 0);
  if (rules.followsNodeHints && hasAll(({ hintedNodes }) => hintedNodes)) {
    const own = ready.filter(({ hintedNodes }) => hintedNodes.includes(node));
    if (own.length > 0) return own;
  }
  if (rules.followsZoneHints && zone !== undefined && hasAll(({ zones }) => zones)) {
    const own = ready.filter(({ zones }) => zones.includes(zone));
    if (own.length > 0) return own;
  }
  return ready;
}
