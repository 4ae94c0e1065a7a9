import type { ClientFilter } from '../intent/vantages-of.ts';
import { selectedPods } from '../world/select-pods.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import { knowsServices, whyNodeResolver } from '../world/node-resolver.ts';
import { readClusterDns } from '../world/read-cluster-dns.ts';
import { type Resolver, resolverOf } from '../world/resolver-of.ts';
import type { World } from '../world/world.ts';
import { clientPod } from './client-pod.ts';

/** A client whose nameservers know no Services. */
export interface ResolverAstray {
  readonly pod: Pod;
  /** Why kubelet gave it its node's resolver, as `whyNodeResolver`. */
  readonly byPolicy: string | undefined;
  readonly client: Resolver | undefined;
  readonly nameservers: readonly string[];
}

/** The client that is asked about, where it asks others than the cluster's DNS; undefined where it does not, or its nameservers are not known. */
export function resolverAstray(world: World, from: ClientFilter | undefined): ResolverAstray | undefined {
  const { service } = readClusterDns(world);
  const pod = clientPod(world, from);
  // The servers themselves ask their node's resolver for what is not theirs.
  if (!service || !pod || selectedPods(world, service).includes(pod)) return undefined;
  const byPolicy = whyNodeResolver(pod);
  const client = resolverOf(world, pod.metadata.namespace, pod);
  const nameservers = client?.resolv.nameservers ?? [];
  if (knowsServices(world, nameservers) || (nameservers.length === 0 && !byPolicy)) return undefined;
  return { pod, byPolicy, client, nameservers };
}
