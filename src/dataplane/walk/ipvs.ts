import { PROTOCOL } from '../../model/protocol.ts';
import type { RealServer, VirtualServer } from '../ipvs/virtual-server.ts';
import type { NodeState } from '../node-state.ts';
import { CT_STATUS } from '../ruleset/rule-parts.ts';
import { endPacket, endUnknown } from './end-packet.ts';
import { sysctlNumber } from './kernel-settings.ts';
import { forkByUnknown, forkByWeight } from './outcome-tree.ts';
import { forkState, type PacketState } from './packet-state.ts';
import type { RuleReference } from './trace.ts';
import { takeBranches, type WalkContext, addStep } from './walk-context.ts';
import { formatAddressPort } from '../../model/address.ts';

/**
 * What IPVS makes of the packet: `undefined` where no virtual server takes it; else the branches, one a real server that the scheduler
 * may choose, or one that is refused. *Source:* linux/net/netfilter/ipvs/ip_vs_core.c `ip_vs_in_hook`, `ip_vs_schedule`, `ip_vs_leave`.
 */
export function scheduleIpvs(context: WalkContext, state: PacketState): PacketState[] | undefined {
  if (state.isIpvs) return undefined;
  const server = findServer(state.node, state);
  if (server === undefined) return undefined;
  const able = server.servers.filter(({ weight }) => weight > 0);
  if (able.length === 0) {
    refuse(state, server);
    return [state];
  }
  const weights = weightsOf(server.scheduler, able);
  // A hash may lead to a server that takes nothing, and does not look for another.
  const mayRefuse = HASHES.has(server.scheduler) && able.length < server.servers.length;
  const [only] = able;
  if (able.length === 1 && only !== undefined && !mayRefuse) {
    assign(context, state, server, only);
    return [state];
  }
  const ends = able.length + (mayRefuse ? 1 : 0);
  takeBranches(context, ends - 1, weights !== undefined);
  const reference = referenceToServer(state.node, server);
  const slots =
    weights === undefined
      ? forkByUnknown(state.slot, ends, {
          text: `which server the scheduler ${server.scheduler} chooses`,
          rule: reference,
        })
      : forkByWeight(state.slot, weights);
  return slots.map((slot, i) => {
    const branch = forkState(state, slot);
    const real = able[i];
    if (real === undefined) refuse(branch, server);
    else assign(context, branch, server, real);
    return branch;
  });
}

/** Schedulers that choose by a hash of addresses. *Source:* linux/net/netfilter/ipvs/ip_vs_{sh,dh,mh}.c. */
const HASHES = new Set(['sh', 'dh', 'mh']);

/** No destination: refused with ICMP port unreachable, whether all weights are 0 or there is no server. */
function refuse(state: PacketState, server: VirtualServer): void {
  state.rejectedWith = 'icmp-port-unreachable';
  endPacket(state, 'rejected', referenceToServer(state.node, server));
}

function assign(context: WalkContext, state: PacketState, server: VirtualServer, real: RealServer): void {
  const reference = referenceToReal(state.node, server, real);
  addStep(context, state, 'ipvs', reference.rule, reference);
  state.isIpvs = true;
  state.translatedBy = {
    value: reference,
    rest: { value: referenceToServer(state.node, server), rest: state.translatedBy },
  };
  state.translatedDestinationBy = reference;
  if (real.forward === 'route' || real.forward === 'tunnel') {
    const how = real.forward === 'route' ? 'directly' : 'through a tunnel';
    endUnknown(
      state,
      `IPVS sends the packet ${how}: what the server does with it is not modelled`,
      reference,
    );
    return;
  }
  if (real.forward !== 'masq') return;
  state.destination = real.address;
  state.destinationPort = real.port;
  state.ctstatus |= CT_STATUS.DNAT;
  // Without vs.conntrack, packets of IPVS are not tracked any more and no nat chain sees them.
  if (sysctlNumber(state.node, 'net.ipv4.vs.conntrack') === 0) state.isSourceSettled = true;
}

// rr takes turns; wrr and wlc come to the weights in the long run; the others depend on load or hashes.
function weightsOf(scheduler: string, able: readonly RealServer[]): number[] | undefined {
  switch (scheduler) {
    case 'rr':
      return able.map(() => 1 / able.length);
    case 'wrr':
    case 'wlc': {
      const sum = able.reduce((total, { weight }) => total + weight, 0);
      return able.map(({ weight }) => weight / sum);
    }
    default:
      return undefined;
  }
}

const indexes = new WeakMap<readonly VirtualServer[], ReadonlyMap<string, VirtualServer>>();

function findServer(node: NodeState, state: PacketState): VirtualServer | undefined {
  const { ipvs } = node;
  if (ipvs === undefined || ipvs.length === 0) return undefined;
  let index = indexes.get(ipvs);
  if (index === undefined)
    indexes.set(ipvs, (index = new Map(ipvs.map((server) => [keyOf(server), server]))));
  if (state.mark !== 0) {
    const byMark = index.get(`mark ${state.mark}`);
    if (byMark !== undefined) return byMark;
  }
  if (
    state.protocol !== PROTOCOL.tcp &&
    state.protocol !== PROTOCOL.udp &&
    state.protocol !== PROTOCOL.sctp
  ) {
    return undefined;
  }
  const { protocol, destination } = state;
  return (
    index.get(`${protocol} ${destination} ${state.destinationPort ?? ''}`) ??
    index.get(`${protocol} ${destination} 0`)
  );
}

function keyOf({ fwmark, protocol, address, port }: VirtualServer): string {
  return fwmark === undefined ? `${protocol ?? ''} ${address ?? ''} ${port ?? ''}` : `mark ${fwmark}`;
}

const references = new WeakMap<VirtualServer | RealServer, RuleReference>();

/** A virtual server, as an answer names it. */
export function referenceToServer(node: NodeState, server: VirtualServer): RuleReference {
  let reference = references.get(server);
  if (reference?.node === node.name) return reference;
  reference = {
    node: node.name,
    family: 'ipvs',
    table: '',
    chain: nameOf(server),
    rule: `${nameOf(server)} ${server.scheduler}`,
    source: server.source,
    line: server.line,
  };
  references.set(server, reference);
  return reference;
}

function referenceToReal(node: NodeState, server: VirtualServer, real: RealServer): RuleReference {
  let reference = references.get(real);
  if (reference?.node === node.name) return reference;
  reference = {
    node: node.name,
    family: 'ipvs',
    table: '',
    chain: nameOf(server),
    rule: `-> ${formatAddressPort(real.address, real.port)} ${real.forward} weight ${real.weight}`,
    source: server.source,
    line: real.line,
  };
  references.set(real, reference);
  return reference;
}

function nameOf({ address, port, fwmark }: VirtualServer): string {
  return address === undefined ? `fwmark ${fwmark ?? 0}` : formatAddressPort(address, port ?? 0);
}
