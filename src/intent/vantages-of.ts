import { type Ip, type IpFamily, familyOf } from '../model/address.ts';
import { cidrContains, lastOf } from '../model/cidr.ts';
import type { Frontend } from '../model/frontend.ts';
import type { Vantage } from '../model/vantage.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import { cidrsOfFamily } from './addresses-of-family.ts';
import { clientOutside } from './client-outside.ts';
import { clientsWithoutDns } from './clients-without-dns.ts';
import { clientNodesOf, findNode, nodeAddressesOf } from './nodes-of.ts';
import { candidatesOn, podAddress } from './pods-on-node.ts';
import { isRefusedByAny, isRefusedForPort } from './policy-admission.ts';
import { type SliceTarget, targetsOf } from './select-endpoints.ts';
import { frontendsOf } from './frontends-of.ts';
import { findPort, findService } from './service-index.ts';

/** The client that a question is about; absent members ask for all. */
export interface ClientFilter {
  /** `namespace/name`, or a name in the Service's namespace. */
  readonly pod?: string;
  readonly node?: string;
  readonly isExternal?: boolean;
  /** Pods that are known to ask: each stands for the pods of its node. */
  readonly clients?: readonly Vantage[];
  /** The Service that they are clients of (`namespace/name`): pods of its namespace that may reach it, and whom policies keep from names, ask as well. */
  readonly clientsOf?: string;
}

/** At most so many endpoints are clients of their own Service. */
const MOST_HAIRPINS = 20;

/**
 * The clients whose packets to `frontend` are worth walking. ClusterIP: a pod of each node, each node, and each endpoint
 * that is a pod (it reaches itself); of the DNS Service also pods that policies let out, but not to it. Load-balancer and external IPs: a pod of each node, each node, and outside arriving
 * at each node, once as an allowed source where sources are restricted. NodePort of a node: outside arriving there, the node, a pod of it, and the next
 * node, so that every node is once a neighbour.
 */
export function vantagesOf(world: World, frontend: Frontend, from: ClientFilter = {}): Vantage[] {
  const nodes = clientNodesOf(world);
  if (from.pod !== undefined || from.node !== undefined || from.isExternal)
    return askedClients(world, frontend, from, from.node === undefined ? nodes : [from.node]).map(
      (vantage) => ({ ...vantage, isAsked: true }),
    );
  if (frontend.kind === 'nodePort') return aroundNodePort(world, frontend, nodes);
  const inside = nodes.flatMap((node) => [
    ...(knownClient(frontend, node, from.clients) ?? podOn(world, frontend, node)),
    ...nodeItself(world, frontend, node),
  ]);
  const forgotten =
    frontend.kind === 'clusterIP' && (from.clients === undefined || from.clientsOf !== undefined)
      ? clientsWithoutDns(
          world,
          frontend,
          servedBy(world, frontend),
          nodes,
          clientTest(world, from.clientsOf),
        )
      : [];
  const isKnown = ({ kind, address }: Vantage): boolean =>
    inside.some((each) => each.kind === kind && each.address === address);
  return frontend.kind === 'clusterIP'
    ? [...inside, ...forgotten.filter((each) => !isKnown(each)), ...endpointsThemselves(world, frontend)]
    : [...inside, ...nodes.flatMap((node) => outsideAt(world, frontend, node))];
}

/** Whether a pod is likely a client of the Service `name`: of its namespace, and let through to all of its endpoints. */
function clientTest(
  world: World,
  name: string | undefined,
): ((pod: Pod, client: Vantage) => boolean) | undefined {
  const service = name === undefined ? undefined : findService(world, name);
  if (service === undefined) return undefined;
  const frontends = frontendsOf(world, service);
  return ({ metadata }, client) =>
    metadata.namespace === service.metadata.namespace &&
    frontends.every(
      (frontend) => !isRefusedByAny(world, client, servedBy(world, frontend), frontend.protocol),
    );
}

function askedClients(
  world: World,
  frontend: Frontend,
  { pod, isExternal }: ClientFilter,
  nodes: readonly string[],
): Vantage[] {
  if (pod !== undefined) return askedPod(world, frontend, pod);
  return nodes.flatMap((node) =>
    isExternal ? outsideAt(world, frontend, node) : nodeItself(world, frontend, node),
  );
}

function aroundNodePort(world: World, frontend: Frontend, nodes: readonly string[]): Vantage[] {
  const { node } = frontend;
  if (node === undefined) return [];
  const next = nodes[(nodes.indexOf(node) + 1) % nodes.length];
  return [
    ...outsideAt(world, frontend, node),
    ...nodeItself(world, frontend, node),
    ...podOn(world, frontend, node),
    ...(next === undefined || next === node ? [] : nodeItself(world, frontend, next)),
  ];
}

function askedPod(world: World, frontend: Frontend, asked: string): Vantage[] {
  const [namespace = ''] = frontend.service.split('/');
  const name = asked.includes('/') ? asked : `${namespace}/${asked}`;
  const pod = world.pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name);
  const node = pod?.spec.nodeName;
  const address = pod && podAddress(pod, familyOf(frontend.address));
  if (pod === undefined || node === undefined || address === undefined) return [];
  return [{ kind: pod.spec.hostNetwork ? 'node' : 'pod', node, address, pod: name }];
}

function nodeItself(world: World, frontend: Frontend, node: string): Vantage[] {
  const [address] = nodeAddressesOf(world, node, familyOf(frontend.address));
  return address === undefined ? [] : [{ kind: 'node', node, address }];
}

function outsideAt(world: World, frontend: Frontend, node: string): Vantage[] {
  return clientOutside(world, frontend).map((address) => ({ kind: 'external', node, address }));
}

function knownClient(
  { address }: Frontend,
  node: string,
  clients: readonly Vantage[] = [],
): Vantage[] | undefined {
  const own = clients.find(
    (client) =>
      client.kind === 'pod' && client.node === node && familyOf(client.address) === familyOf(address),
  );
  return own && [own];
}

const WELCOME = 4;

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

/**
 * A pod that NetworkPolicies let through, or mean to, is the likeliest client, then one of the Service's own namespace; an endpoint is one only where
 * nothing else is known of the node.
 */
function podOn(world: World, frontend: Frontend, node: string): Vantage[] {
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

function endpointsThemselves(world: World, frontend: Frontend): Vantage[] {
  const nodes = new Set(clientNodesOf(world));
  return servedBy(world, frontend)
    .filter(
      ({ isReady, pod, node, address }) =>
        isReady &&
        pod !== undefined &&
        node !== undefined &&
        nodes.has(node) &&
        world.network.placeOf(address)?.isHostNetwork === false,
    )
    .slice(0, MOST_HAIRPINS)
    .map(({ address, node = '', pod = '' }) => ({ kind: 'pod', node, address, pod }));
}

function servedBy(world: World, frontend: Frontend): readonly SliceTarget[] {
  const service = findService(world, frontend.service);
  const port = service && findPort(service, frontend);
  if (service === undefined || port === undefined) return [];
  return targetsOf(world, service, port, familyOf(frontend.address));
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
