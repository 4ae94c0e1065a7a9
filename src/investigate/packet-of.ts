import { isLoopback } from '../dataplane/walk/local-addresses.ts';
import { type Ip, familyOf, formatIp, parseIp } from '../model/address.ts';
import type { Packet } from '../model/packet.ts';
import { PROTOCOL, type Protocol, parseProtocol } from '../model/protocol.ts';
import { UserError } from '../model/user-error.ts';
import type { Vantage } from '../model/vantage.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import type { TraceQuestion } from './questions.ts';
import { didYouMean, findService, needNode, needPod, needServices } from './subject-of.ts';

/** A packet, where it starts, and its client in words. */
export interface PacketStart {
  readonly vantage: Vantage;
  readonly packet: Packet;
  readonly client: string;
}

/** The packet that the question speaks of. Throws a `UserError` where an end of it is not in what was read. */
export function packetOf(world: World, question: TraceQuestion): PacketStart {
  const { destinations, port, protocol } = destinationOf(world, question);
  const candidates = sourceOf(world, question);
  for (const destination of destinations) {
    const start = candidates.find(({ vantage }) => familyOf(vantage.address) === familyOf(destination));
    if (start === undefined) continue;
    return {
      ...start,
      packet: {
        source: start.vantage.address,
        ...(question.sourcePort === undefined ? {} : { sourcePort: question.sourcePort }),
        destination,
        ...(port === undefined ? {} : { destinationPort: port }),
        protocol,
      },
    };
  }
  throw new UserError(
    `--src has no ${destinations.map(familyOf).join(' or ')} address, which --dst asks for`,
    'name a source of the same family',
  );
}

function destinationOf(
  world: World,
  { destination, protocol }: TraceQuestion,
): { readonly destinations: readonly Ip[]; readonly port?: number; readonly protocol: Protocol } {
  if (destination.kind === 'address') {
    const { address, port } = destination;
    return {
      destinations: [address],
      ...(port === undefined ? {} : { port }),
      protocol: protocol ?? PROTOCOL.tcp,
    };
  }
  needServices(world);
  const { namespace, name } = destination;
  const service = findService(world, namespace, name);
  if (service === undefined) {
    const names = world.services.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    throw new UserError(
      `there is no Service ${namespace}/${name}`,
      didYouMean(`${namespace}/${name}`, names),
    );
  }
  const { spec } = service;
  const addresses = (spec.clusterIPs ?? [spec.clusterIP ?? '']).map(parseIp).filter((ip) => ip !== undefined);
  if (addresses.length === 0)
    throw new UserError(
      `Service ${namespace}/${name} has no cluster IP (${spec.type === 'ExternalName' ? 'ExternalName' : 'headless'})`,
      'give a pod address as IP:PORT',
    );
  return { destinations: addresses, ...servicePort(service, destination.port, protocol) };
}

function servicePort(
  { metadata, spec }: Service,
  wanted: number | string | undefined,
  protocol: Protocol | undefined,
): { readonly port: number; readonly protocol: Protocol } {
  const ports = (spec.ports ?? []).map((port) => ({
    ...port,
    number: parseProtocol(port.protocol ?? 'TCP') ?? PROTOCOL.tcp,
  }));
  const found = ports.find(
    (port) =>
      (wanted === undefined ? ports.length === 1 : port.port === wanted || port.name === wanted) &&
      (protocol === undefined || port.number === protocol),
  );
  if (found !== undefined) return { port: found.port, protocol: protocol ?? found.number };
  // A port that the Service does not have is a question too: a client may dial it.
  if (typeof wanted === 'number') return { port: wanted, protocol: protocol ?? PROTOCOL.tcp };
  const has = ports.map((port) =>
    port.name === undefined ? String(port.port) : `${port.port} (${port.name})`,
  );
  throw new UserError(
    wanted === undefined
      ? `Service ${metadata.name} has ${ports.length} ports`
      : `Service ${metadata.name} has no port ${wanted}`,
    has.length === 0 ? 'give an address' : `say one of ${has.join(', ')}`,
  );
}

/** Where the packet may start, one per address family. */
function sourceOf(world: World, { source, node }: TraceQuestion): Omit<PacketStart, 'packet'>[] {
  if (node !== undefined && source.kind === 'address') needNode(world, node);
  switch (source.kind) {
    case 'pod':
      return podStarts(world, `${source.namespace}/${source.name}`);
    case 'node':
      needNode(world, source.name);
      return nodeStarts(world, source.name);
    case 'address': {
      const place = world.network.placeOf(source.address);
      if (place?.pod !== undefined && !place.isHostNetwork)
        return [start('pod', place.node, source.address, `pod ${place.pod} on ${place.node}`, place.pod)];
      if (place !== undefined) return [start('node', place.node, source.address, place.node)];
      const at = node ?? onlyNode(world);
      // Nobody but the node itself has a loopback address.
      if (isLoopback(source.address)) return [start('node', at, source.address, at)];
      return [start('external', at, source.address, `${formatIp(source.address)} arriving at ${at}`)];
    }
  }
}

function podStarts(world: World, name: string): Omit<PacketStart, 'packet'>[] {
  needPod(world, name);
  const pod = world.pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === name);
  const node = pod?.spec.nodeName;
  if (pod === undefined || node === undefined)
    throw new UserError(`pod ${name} is on no node yet`, 'name a pod that is scheduled');
  if (pod.spec.hostNetwork === true) return nodeStarts(world, node);
  const texts = pod.status.podIPs?.map(({ ip }) => ip) ?? [pod.status.podIP ?? ''];
  const addresses = texts.map(parseIp).filter((ip) => ip !== undefined);
  if (addresses.length === 0) throw new UserError(`pod ${name} has no address yet`, 'name a pod that runs');
  return addresses.map((address) => start('pod', node, address, `pod ${name} on ${node}`, name));
}

function nodeStarts(world: World, name: string): Omit<PacketStart, 'packet'>[] {
  const node = world.nodes.find(({ metadata }) => metadata.name === name);
  const addresses = (node?.status.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP')
    .map(({ address }) => parseIp(address))
    .filter((ip) => ip !== undefined);
  if (addresses.length === 0)
    throw new UserError(
      `no address of node ${name} was read`,
      'add kubectl get nodes -o json, or give its address as --src',
    );
  return addresses.map((address) => start('node', name, address, name));
}

function onlyNode(world: World): string {
  const [first, ...others] = [...world.nodeStates.keys()].sort();
  if (first === undefined)
    throw new UserError(
      'no rules of any node were read',
      'add iptables-save or nft list ruleset of a node to --from',
    );
  if (others.length > 0)
    throw new UserError(
      'the source is outside the cluster, and it is not said where the packet arrives',
      `add --node, one of ${[first, ...others].slice(0, 5).join(', ')}`,
    );
  return first;
}

function start(
  kind: Vantage['kind'],
  node: string,
  address: Ip,
  client: string,
  pod?: string,
): Omit<PacketStart, 'packet'> {
  return { vantage: { kind, node, address, ...(pod === undefined ? {} : { pod }) }, client };
}
