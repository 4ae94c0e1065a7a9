import { familyOf } from '../model/address.ts';
import type { Frontend } from '../model/frontend.ts';
import type { Vantage } from '../model/vantage.ts';
import type { World } from '../world/world.ts';
import { clientOutside } from './client-outside.ts';
import { clientsWithoutDns } from './clients-without-dns.ts';
import { likelyClient } from './likely-client.ts';
import { clientNodesOf, nodeAddressesOf } from './nodes-of.ts';
import { podAddress } from './pods-on-node.ts';
import { servedBy } from './select-endpoints.ts';

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
    ...(knownClient(frontend, node, from.clients) ?? likelyClient(world, frontend, node)),
    ...nodeItself(world, frontend, node),
  ]);
  const forgotten =
    frontend.kind === 'clusterIP' && (from.clients === undefined || from.clientsOf !== undefined)
      ? clientsWithoutDns(world, frontend, nodes, from.clientsOf)
      : [];
  const isKnown = ({ kind, address }: Vantage): boolean =>
    inside.some((each) => each.kind === kind && each.address === address);
  return frontend.kind === 'clusterIP'
    ? [...inside, ...forgotten.filter((each) => !isKnown(each)), ...endpointsThemselves(world, frontend)]
    : [...inside, ...nodes.flatMap((node) => outsideAt(world, frontend, node))];
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
    ...likelyClient(world, frontend, node),
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
