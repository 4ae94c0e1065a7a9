import { familyOf } from '../model/address.ts';
import { cidrContains } from '../model/cidr.ts';
import type { Endpoint, Frontend } from '../model/frontend.ts';
import type { Vantage } from '../model/vantage.ts';
import type { Node, Service } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import type { Expectation, SourceExpectation } from './expectation.ts';
import { addressesOfFamily } from './addresses-of-family.ts';
import { loadBalancerIpsOf } from './frontends-of.ts';
import { type Ground, groundOf } from './ground-of.ts';
import { type Locality, localityOf } from './local-traffic.ts';
import { findNode, nodeAddressesOf } from './nodes-of.ts';
import { isKeptOutByDesign } from './policy-admission.ts';
import type { EndpointSelection, SliceTarget } from './select-endpoints.ts';
import { findPort } from './service-index.ts';
import { type Sender, sourceNatOf } from './source-nat-of.ts';
import { sourceRangesOf } from './source-ranges.ts';

const DEFAULT_AFFINITY_SECONDS = 10_800;

/** On nodes to which no load balancer sends, as kubeadm's control plane. *Source:* kubernetes.io/docs/reference/labels-annotations-taints. */
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** How to promise. */
export interface ExpectOptions {
  /** The release of kube-proxy (`1.34`) to promise for; what was read of the node decides where absent. */
  readonly release?: string;
  /** The client's own node hides its address: the node of the frontend takes it for a client outside. */
  readonly isMasked?: boolean;
}

/** All that decides a promise, looked up once. */
interface Case extends Ground {
  readonly world: World;
  readonly frontend: Frontend;
  readonly vantage: Vantage;
  readonly node: string;
  readonly locality: Locality;
  readonly sender: Sender;
}

type Answer = Pick<Expectation, 'outcome' | 'because'> &
  Partial<Pick<Expectation, 'endpoints' | 'deniedBy' | 'anyDenial'>>;

/**
 * What the API promises the client at `vantage` of `frontend`. Pure; it does not look at rules.
 * *Limits:* selector-less Services and FQDN slices count as their slices say; releases before 1.24 are told as 1.24.
 * *Source:* kubernetes v1.37 pkg/proxy/topology.go, pkg/proxy/serviceport.go, and the proxiers of each mode.
 */
export function expectFrontend(
  world: World,
  frontend: Frontend,
  vantage: Vantage,
  options: ExpectOptions = {},
): Expectation {
  const node = frontend.kind === 'nodePort' ? (frontend.node ?? vantage.node) : vantage.node;
  const base = { frontend, vantage, node, endpoints: [], sourceNat: [], assumed: [] };
  const ground = groundOf(world, frontend, node, options.release);
  if (typeof ground === 'string') return { ...base, outcome: 'not-served', because: [ground] };
  const { service, facts, selection } = ground;
  const found: Case = {
    world,
    service,
    facts,
    selection,
    frontend,
    vantage,
    node,
    locality: localityOf(world, facts, node, vantage),
    sender: options.isMasked ? 'outside' : senderOf(vantage, node),
  };
  const answer = answerOf(found);
  const { endpoints = [] } = answer;
  const sourceNat = sourceNatsOf(found, endpoints);
  if (
    isKeptOutByDesign(world, vantage, endpoints, frontend.protocol) ||
    isKeptOutAsNode(found, endpoints, sourceNat)
  ) {
    const because = ['NetworkPolicies admit other clients, and not this one'];
    return { ...base, outcome: 'not-served', because, deniedBy: 'NetworkPolicy' };
  }
  return {
    ...base,
    ...answer,
    endpoints,
    ...(selection.hintedElsewhere.length > 0 && endpoints === plain(selection.cluster)
      ? { hintedElsewhere: plain(selection.hintedElsewhere) }
      : {}),
    sourceNat,
    assumed: facts.assumed,
    ...(service.spec.sessionAffinity === 'ClientIP' && endpoints.length > 0
      ? {
          affinitySeconds:
            service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS,
        }
      : {}),
  };
}

/** Whether policies keep out the node whose address a pod's packets have on their way to another node: an engine there sees no pod. */
function isKeptOutAsNode(
  { world, vantage, frontend, node }: Case,
  endpoints: readonly Endpoint[],
  sourceNat: readonly SourceExpectation[],
): boolean {
  if (world.networkPolicies.length === 0 || vantage.kind !== 'pod' || vantage.isAsked) return false;
  const [address] = nodeAddressesOf(world, node, familyOf(frontend.address));
  const masqueraded = endpoints.filter((_, at) => sourceNat[at] === 'masquerade');
  return (
    address !== undefined &&
    isKeptOutByDesign(world, { kind: 'node', node, address }, masqueraded, frontend.protocol)
  );
}

/** Endpoints are alike for the source, but for the one that is the client itself or the node. */
function sourceNatsOf(found: Case, endpoints: readonly Endpoint[]): SourceExpectation[] {
  const { world, vantage, node } = found;
  let others: SourceExpectation | undefined;
  return endpoints.map((endpoint) => {
    const place = world.network.placeOf(endpoint.address);
    const isNodeItself = place?.isHostNetwork === true && place.node === node;
    const isBeyondPods = place?.isHostNetwork ?? leavesPods(found, endpoint);
    const isAlike = !isBeyondPods && endpoint.address !== vantage.address;
    if (isAlike && others !== undefined) return others;
    const one = sourceNatOf(found, { endpoint, isNodeItself, isBeyondPods });
    if (isAlike) others = one;
    return one;
  });
}

/** Whether the client's address is of the cluster's ranges, and the endpoint's, which is no pod, is not. */
function leavesPods({ world, vantage }: Case, { address, pod }: Endpoint): boolean {
  const { network } = world;
  return pod === undefined && network.isClusterAddress(vantage.address) && !network.isClusterAddress(address);
}

function senderOf(vantage: Vantage, node: string): Sender {
  if (vantage.kind === 'external') return 'outside';
  if (vantage.kind === 'pod') return 'pod';
  return vantage.node === node ? 'node-itself' : 'outside';
}

function answerOf(found: Case): Answer {
  const { selection, frontend, service } = found;
  if (frontend.kind === 'loadBalancerIP') {
    const ranges = sourceRangesOf(service, familyOf(frontend.address));
    if (ranges.length > 0 && !ranges.some((range) => cidrContains(range, found.vantage.address))) {
      return {
        outcome: 'drop',
        deniedBy: 'loadBalancerSourceRanges',
        because: ['loadBalancerSourceRanges do not hold the client'],
        anyDenial: !selection.hasAny || found.facts.mode === 'ipvs',
      };
    }
  }
  if (!selection.hasAny) {
    return {
      outcome: 'refuse',
      deniedBy: 'no-endpoints',
      because: ['no endpoint is ready, nor serving while it terminates'],
      anyDenial: isOutputUnfiltered(found),
    };
  }
  return frontend.kind === 'clusterIP' ? internal(found) : external(found);
}

/** In iptables mode nothing in OUTPUT refuses external and load-balancer IPs. *Source:* `iptablesJumpChains`. */
function isOutputUnfiltered({ facts, frontend, sender }: Case): boolean {
  return (
    facts.mode === 'iptables' &&
    sender === 'node-itself' &&
    (frontend.kind === 'externalIP' || frontend.kind === 'loadBalancerIP')
  );
}

function internal({ world, frontend, service, selection, facts, node }: Case): Answer {
  if (service.spec.internalTrafficPolicy !== 'Local') {
    return { outcome: 'endpoints', endpoints: plain(selection.cluster), because: [whichCluster(selection)] };
  }
  if (selection.local.length > 0) {
    return {
      outcome: 'endpoints',
      endpoints: plain(selection.local),
      because: [`internalTrafficPolicy is Local: endpoints on ${node}`],
    };
  }
  if (facts.mode === 'ipvs' && isExternallyAccessible(world, service, frontend)) {
    return {
      outcome: 'endpoints',
      endpoints: plain(selection.cluster),
      because: [`internalTrafficPolicy is Local and ${node} has no endpoint: IPVS mode takes all of them`],
    };
  }
  return {
    outcome: facts.mode === 'ipvs' ? 'refuse' : 'drop',
    deniedBy: 'internalTrafficPolicy',
    because: [`internalTrafficPolicy is Local and no endpoint is on ${node}`],
    anyDenial: facts.mode === 'ipvs',
  };
}

function external(found: Case): Answer {
  const { service, selection, facts, node, sender, locality } = found;
  const all: Answer = {
    outcome: 'endpoints',
    endpoints: plain(selection.cluster),
    because: [whichCluster(selection)],
  };
  if (service.spec.externalTrafficPolicy !== 'Local') return all;
  if (sender === 'pod' && locality === 'unknown' && selection.local.length < selection.cluster.length) {
    const why = `whether ${node} takes this pod for one of the cluster depends on clusterCIDR, which was not read`;
    return { outcome: 'not-served', because: [why] };
  }
  const isInside = sender === 'node-itself' || (sender === 'pod' && locality === 'local');
  if (facts.mode === 'ipvs' ? isInside && selection.local.length === 0 : isInside) {
    const why = 'externalTrafficPolicy is Local, but traffic from inside the cluster takes all endpoints';
    return { ...all, because: [why] };
  }
  if (selection.local.length > 0) {
    return {
      outcome: 'endpoints',
      endpoints: plain(selection.local),
      because: [`externalTrafficPolicy is Local: endpoints on ${node}`],
    };
  }
  const leftOut = service.spec.type === 'LoadBalancer' ? whyLeftOut(findNode(found.world, node)) : undefined;
  if (leftOut !== undefined) {
    return {
      outcome: 'not-served',
      because: [`load balancers leave ${node} out: ${leftOut}, and externalTrafficPolicy is Local`],
    };
  }
  return {
    outcome: 'drop',
    deniedBy: 'externalTrafficPolicy',
    because: [`externalTrafficPolicy is Local and no endpoint is on ${node}`],
    anyDenial: facts.mode === 'ipvs' || isOutputUnfiltered(found),
  };
}

/** Why no load balancer sends to `node`; undefined where one may. *Source:* kubernetes cloud-provider controllers/service/controller.go. */
function whyLeftOut(node: Node | undefined): string | undefined {
  if (node?.metadata.labels?.[EXCLUDED] !== undefined) return 'its label says so';
  const ready = node?.status.conditions?.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True' ? undefined : 'it is not ready';
}

/** *Source:* `ExternallyAccessible`, which still counts external IPs that a gate turns off. */
function isExternallyAccessible(world: World, service: Service, frontend: Frontend): boolean {
  const family = familyOf(frontend.address);
  return (
    (findPort(service, frontend)?.nodePort ?? 0) > 0 ||
    addressesOfFamily(service.spec.externalIPs ?? [], family).length > 0 ||
    loadBalancerIpsOf(world, service, family).length > 0
  );
}

function whichCluster({ cluster }: EndpointSelection): string {
  if (cluster.every(({ isReady }) => !isReady))
    return 'no endpoint is ready: those that terminate and still serve';
  return 'ready endpoints of the EndpointSlices';
}

const plainTargets = new WeakMap<readonly SliceTarget[], readonly Endpoint[]>();

/** Targets without what only selection looks at. */
function plain(targets: readonly SliceTarget[]): readonly Endpoint[] {
  let endpoints = plainTargets.get(targets);
  if (endpoints === undefined) {
    endpoints = targets.map(({ address, port, node, pod }) => ({
      address,
      port,
      ...(node === undefined ? {} : { node }),
      ...(pod === undefined ? {} : { pod }),
    }));
    plainTargets.set(targets, endpoints);
  }
  return endpoints;
}
