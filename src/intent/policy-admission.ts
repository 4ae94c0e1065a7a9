import { type Ip, familyOf, formatIp, parseIp } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import { type Protocol, protocolName } from '../model/protocol.ts';
import type { Vantage } from '../model/vantage.ts';
import { type Admission, admitConnection, rulesOf } from '../policy/admit-connection.ts';
import type { PolicyParty, PolicyPod } from '../policy/policy.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import { addressesOfPod, hasEnded, podsAt } from '../world/select-pods.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import { nodeAddressesOf } from './nodes-of.ts';

const OPEN: Admission = { isAdmitted: true, refusals: [] };
const UNKNOWN: Admission = { isAdmitted: 'unknown', refusals: [] };

/**
 * Whether the NetworkPolicies of `world` admit the client at `vantage` to `endpoint`. A pod reaches itself, and a node the pods that it runs. `unknown`
 * where the client is a pod that no object knows. *Limits:* only `networking.k8s.io`: what a policy engine has of its own kinds is not seen.
 */
export function admissionOf(
  world: World,
  vantage: Vantage,
  endpoint: Endpoint,
  protocol: Protocol,
): Admission {
  if (world.networkPolicies.length === 0) return OPEN;
  const server = podAt(world, endpoint);
  const client = vantage.kind === 'pod' ? podAt(world, vantage) : undefined;
  if (vantage.kind === 'pod' && client === undefined) return UNKNOWN;
  if (server !== undefined && client === server) return OPEN;
  if (vantage.kind === 'node' && vantage.node === endpoint.node) return OPEN;
  return admitConnection(world.networkPolicies, {
    client: client ? partyOf(world, client) : outsider(world, vantage),
    server: server ? partyOf(world, server) : { addresses: [endpoint.address] },
    port: endpoint.port,
    protocol: protocolName(protocol).toUpperCase(),
  });
}

/** Whether NetworkPolicies keep the client at `vantage` from at least one of `endpoints`. */
export function isRefusedByAny(
  world: World,
  vantage: Vantage,
  endpoints: readonly Endpoint[],
  protocol: Protocol,
): boolean {
  if (world.networkPolicies.length === 0) return false;
  return endpoints.some((endpoint) => admissionOf(world, vantage, endpoint, protocol).isAdmitted === false);
}

/** Whether a rule of the policies that keep the client from one of `endpoints` is for this client, on other ports: it was meant to be let through. */
export function isRefusedForPort(
  world: World,
  vantage: Vantage,
  endpoints: readonly Endpoint[],
  protocol: Protocol,
): boolean {
  return endpoints.some((endpoint) =>
    admissionOf(world, vantage, endpoint, protocol).refusals.some(({ misses }) =>
      misses.some(({ peer }) => peer === undefined),
    ),
  );
}

/**
 * Whether policies keep this client from one of `endpoints` on purpose: they let others through. Where nobody is let through, and for a client that the
 * question names, it is a fault. Names are for everybody: a client that may go anywhere is meant to reach the cluster's DNS.
 */
export function isKeptOutByDesign(
  world: World,
  vantage: Vantage,
  endpoints: readonly Endpoint[],
  protocol: Protocol,
): boolean {
  if (world.networkPolicies.length === 0 || vantage.isAsked) return false;
  return endpoints.some((endpoint) => {
    const { isAdmitted, refusals } = admissionOf(world, vantage, endpoint, protocol);
    if (isAdmitted !== false) return false;
    const forgetsDns =
      endpoint.port === 53 &&
      refusals.every(
        ({ direction, policies }) =>
          direction === 'egress' && policies.some((policy) => rulesOf(policy, direction).length > 0),
      );
    return !forgetsDns && admitsSomebody(world, endpoint, protocol);
  });
}

const somebody = perWorld(() => new Map<string, boolean>());

/** Whether any running pod but the endpoint itself is let through to it. */
function admitsSomebody(world: World, endpoint: Endpoint, protocol: Protocol): boolean {
  const known = somebody(world);
  const key = `${endpoint.address} ${endpoint.port} ${protocol}`;
  let answer = known.get(key);
  if (answer === undefined) {
    const server = podAt(world, endpoint);
    answer = world.pods.some((pod) => {
      if (pod === server || pod.spec.hostNetwork || hasEnded(pod)) return false;
      const [address] = addressesOf(pod);
      if (address === undefined) return false;
      const vantage: Vantage = { kind: 'pod', node: pod.spec.nodeName ?? '', address };
      return admissionOf(world, vantage, endpoint, protocol).isAdmitted === true;
    });
    known.set(key, answer);
  }
  return answer;
}

function addressesOf(pod: Pod): Ip[] {
  return addressesOfPod(pod).flatMap((text) => parseIp(text) ?? []);
}

/** The pod that has this address to itself; undefined where none is known. */
export function podAt(world: World, { address }: Pick<Endpoint, 'address'>): Pod | undefined {
  return podsAt(world, formatIp(address)).find(({ spec }) => !spec.hostNetwork);
}

function partyOf(world: World, pod: Pod): PolicyParty {
  return { pod: policyPodOf(world, pod), addresses: addressesOf(pod) };
}

function policyPodOf(world: World, { metadata, spec }: Pod): PolicyPod {
  const namespace = world.namespaces.find(({ metadata: { name } }) => name === metadata.namespace);
  return {
    namespace: metadata.namespace,
    labels: metadata.labels ?? {},
    namespaceLabels: namespace && (namespace.metadata.labels ?? {}),
    namedPorts: spec.containers.flatMap(({ ports }) =>
      (ports ?? []).flatMap(({ name, containerPort, protocol = 'TCP' }) =>
        name === undefined ? [] : [{ name, port: containerPort, protocol }],
      ),
    ),
  };
}

/** A client that is no pod may be seen under its own address or, once masqueraded, under one of its node's. */
function outsider(world: World, { address, node }: Vantage): PolicyParty {
  return { addresses: [address, ...nodeAddressesOf(world, node, familyOf(address))] };
}
