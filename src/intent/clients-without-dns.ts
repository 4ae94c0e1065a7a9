import { type IpFamily, familyOf } from '../model/address.ts';
import type { Frontend } from '../model/frontend.ts';
import type { Vantage } from '../model/vantage.ts';
import { findDnsService } from '../world/find-dns-service.ts';
import { findPolicyEngine } from '../world/find-policy-engine.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import { readNodeLocalDns } from '../world/node-local-dns.ts';
import type { World } from '../world/world.ts';
import { frontendsOf } from './frontends-of.ts';
import { candidatesOn, podAddress } from './pods-on-node.ts';
import { admissionOf, isKeptOutByDesign, isRefusedByAny } from './policy-admission.ts';
import { servedBy } from './select-endpoints.ts';
import { findService, nameOf } from './service-index.ts';

/** More of them say nothing new. */
const MOST_CLIENTS = 20;

/**
 * Pods that NetworkPolicies let out, but not to the cluster's DNS, which everybody asks: one for each node and the policies that select it. None
 * where `frontend` is not the DNS Service's. Of a question about the Service `clientsOf` only those that are likely its clients.
 */
export function clientsWithoutDns(
  world: World,
  frontend: Frontend,
  nodes: readonly string[],
  clientsOf?: string,
): Vantage[] {
  const dns = findDnsService(world);
  const isDns = dns !== undefined && frontend.service === nameOf(dns);
  if (!isDns || frontend.port !== 53 || world.networkPolicies.length === 0) return [];
  // Policies of an engine's own kinds may let them out, and pods may ask a server of their node.
  if (findPolicyEngine(world)?.isWalked === false || readNodeLocalDns(world).pods.length > 0) return [];
  const family = familyOf(frontend.address);
  const targets = servedBy(world, frontend);
  const mayAsk = clientTest(world, clientsOf);
  const found = new Map<string, Vantage>();
  for (const node of nodes)
    for (const pod of candidatesOn(world, node)) {
      if (found.size >= MOST_CLIENTS) break;
      const client = vantageOf(pod, node, family);
      if (
        client === undefined ||
        asksElsewhere(pod) ||
        isKeptOutByDesign(world, client, targets, frontend.protocol)
      )
        continue;
      const names = targets.flatMap((target) =>
        admissionOf(world, client, target, frontend.protocol).refusals.flatMap(({ policies }) =>
          policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
        ),
      );
      const key = [node, ...new Set(names)].join(' ');
      if (names.length > 0 && !found.has(key) && mayAsk(pod, client)) found.set(key, client);
    }
  return [...found.values()];
}

/** Whether a pod is likely a client of the Service `name`: of its namespace, and let through to all of its endpoints. */
function clientTest(world: World, name: string | undefined): (pod: Pod, client: Vantage) => boolean {
  const service = name === undefined ? undefined : findService(world, name);
  if (service === undefined) return () => true;
  const frontends = frontendsOf(world, service);
  return ({ metadata }, client) =>
    metadata.namespace === service.metadata.namespace &&
    frontends.every(
      (frontend) => !isRefusedByAny(world, client, servedBy(world, frontend), frontend.protocol),
    );
}

/** Its resolv.conf is the node's, or its own. */
function asksElsewhere({ spec: { dnsPolicy } }: Pod): boolean {
  return dnsPolicy === 'Default' || dnsPolicy === 'None';
}

/** By its name: other pods of the node may ask. */
function vantageOf(pod: Pod, node: string, family: IpFamily): Vantage | undefined {
  const address = podAddress(pod, family);
  const { namespace, name } = pod.metadata;
  return address === undefined ? undefined : { kind: 'pod', node, address, pod: `${namespace}/${name}` };
}
