import type { RandomPacket } from '../kernel-judge/ruleset-model.ts';
import { type RandomIpvs, type RandomReal, type RandomVirtual, VIRTUAL } from './random-ipvs.ts';

/** One end of a packet, with the least and the most share of connections it can have. */
export interface IpvsEnd {
  readonly share: readonly [min: number, max: number];
  readonly result: 'delivered' | 'rejected';
  readonly destination: string;
  readonly port: number;
  readonly sourceNat: 'none' | 'masquerade';
}

const NODE = '192.0.2.1';

/** Where a packet from outside goes, told from ipvsadm(8), ipvs-sysctl.rst and iptables-extensions(8) alone. */
export function referenceIpvs(node: RandomIpvs, packet: RandomPacket): IpvsEnd[] {
  const { destination, destinationPort: port } = packet;
  const mark = node.marks.findLast(({ address }) => address === destination)?.mark ?? 0;
  const isMarked = (mark & node.masqueraded) !== 0;
  const end: IpvsEnd = { share: [1, 1], result: 'delivered', destination, port, sourceNat: 'none' };
  // IPVS takes what is for the node itself; its virtual addresses are the node's, on kube-ipvs0.
  const isLocal = destination === NODE || VIRTUAL.includes(destination);
  if (!isLocal) return [{ ...end, sourceNat: isMarked ? 'masquerade' : 'none' }];
  const server = find(node.servers, packet, mark);
  if (server === undefined) return [end];
  const able = server.reals.filter(({ weight }) => weight > 0);
  if (able.length === 0) return [{ ...end, result: 'rejected' }];
  // A server of weight 0 keeps its place among the hashes.
  const mayMiss = ['sh', 'dh', 'mh'].includes(server.scheduler) && able.length < server.reals.length;
  const missed: IpvsEnd[] = mayMiss ? [{ ...end, share: [0, 1], result: 'rejected' }] : [];
  const hit = able.map((real) => ({
    ...end,
    share: mayMiss ? ([0, 1] as const) : shareOf(server.scheduler, real, able),
    destination: real.address,
    port: real.port,
    // What the node answers itself leaves by no POSTROUTING; without vs.conntrack, nat does not see it.
    sourceNat:
      isMarked && real.address !== NODE && node.isTracked ? ('masquerade' as const) : ('none' as const),
  }));
  return [...hit, ...missed];
}

// A firewall mark goes before addresses, a port before all ports.
function find(
  servers: readonly RandomVirtual[],
  { destination, destinationPort, protocol }: RandomPacket,
  mark: number,
): RandomVirtual | undefined {
  const at = (port: number): RandomVirtual | undefined =>
    servers.find(
      (server) =>
        'port' in server &&
        server.protocol === protocol &&
        server.address === destination &&
        server.port === port,
    );
  return (
    servers.find((server) => 'fwmark' in server && server.fwmark === mark) ?? at(destinationPort) ?? at(0)
  );
}

function shareOf(scheduler: string, real: RandomReal, able: readonly RandomReal[]): [number, number] {
  const sum = able.reduce((total, { weight }) => total + weight, 0);
  switch (able.length === 1 ? 'only' : scheduler) {
    case 'only':
      return [1, 1];
    case 'rr':
      return [1 / able.length, 1 / able.length];
    case 'wrr':
    case 'wlc':
      return [real.weight / sum, real.weight / sum];
    default:
      return [0, 1];
  }
}
