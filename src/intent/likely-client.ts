import { type Ip, type IpFamily, familyOf } from '../model/address.ts';
import { cidrContains, lastOf } from '../model/cidr.ts';
import type { Frontend } from '../model/frontend.ts';
import type { Vantage } from '../model/vantage.ts';
import type { World } from '../world/world.ts';
import { cidrsOfFamily } from './addresses-of-family.ts';
import { findNode } from './nodes-of.ts';
import { candidatesOn, podAddress } from './pods-on-node.ts';
import { isRefusedByAny, isRefusedForPort } from './policy-admission.ts';
import { type SliceTarget, servedBy } from './select-endpoints.ts';

/** What being let through by policies counts; being of the Service's namespace counts one. */
const WELCOME = 4;

/**
 * The pod that stands for the clients on `node`; none where it can have none. One that NetworkPolicies let through, or mean to, is the likeliest, then one of the
 * Service's own namespace; an endpoint is one only where nothing else is known of the node.
 */
export function likelyClient(world: World, frontend: Frontend, node: string): Vantage[] {
  const family = familyOf(frontend.address);
  const targets = servedBy(world, frontend);
  const endpoints = new Set(targets.map(({ address }) => address));
  const [namespace] = frontend.service.split('/');
  let best: { readonly address: Ip; readonly rank: number } | undefined;
  let last: Ip | undefined;
  for (const pod of candidatesOn(world, node)) {
    const address = podAddress(pod, family);
    if (address === undefined) continue;
    last ??= address;
    if (endpoints.has(address)) continue;
    const client: Vantage = { kind: 'pod', node, address };
    const isOfNamespace = pod.metadata.namespace === namespace;
    const rank = welcomeOf(world, client, targets, frontend.protocol) + (isOfNamespace ? 1 : 0);
    if (best === undefined || rank > best.rank) best = { address, rank };
    if (rank > WELCOME) break;
  }
  const address = best?.address ?? standIn(world, node, family) ?? last;
  return address === undefined ? [] : [{ kind: 'pod', node, address }];
}

/** How much NetworkPolicies want the client to come: let through, meant to be but for the port, or neither. */
function welcomeOf(
  world: World,
  client: Vantage,
  targets: readonly SliceTarget[],
  protocol: Frontend['protocol'],
): number {
  if (!isRefusedByAny(world, client, targets, protocol)) return WELCOME;
  return isRefusedForPort(world, client, targets, protocol) ? WELCOME / 2 : 0;
}

/** The last usable address of the node's pod range that no pod has. */
function standIn(world: World, node: string, family: IpFamily): Ip | undefined {
  const spec = findNode(world, node)?.spec;
  const [range] = cidrsOfFamily(spec?.podCIDRs ?? [spec?.podCIDR], family);
  if (range === undefined) return undefined;
  for (let back = 1; back < 16; back++) {
    const last = lastOf(range);
    const address = typeof last === 'number' ? last - back : last - BigInt(back);
    if (cidrContains(range, address) && world.network.placeOf(address) === undefined) return address;
  }
  return undefined;
}
