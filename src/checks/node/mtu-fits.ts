import { linkOf } from '../../dataplane/walk/node-links.ts';
import type { NodeState } from '../../dataplane/node-state.ts';
import type { Link } from '../../dataplane/routes/routes.ts';
import { parseIp } from '../../model/address.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** Bytes that a tunnel over IPv4 adds to each packet. *Source:* RFC 7348 (VXLAN), RFC 2003 (IPIP), RFC 8926 (Geneve), wireguard.com/papers/wireguard.pdf 5.4.6. */
const OVERHEAD: Readonly<Record<string, number>> = {
  vxlan: 50,
  geneve: 50,
  ipip: 20,
  gre: 24,
  wireguard: 60,
};

/** Packets of pods are too large for the way to another node: short requests work, long answers hang. */
export const mtuFits: Check = defineCheck({
  id: 'node/mtu-fits',
  asserts: 'the largest packets of pods fit the way between the nodes',
  faults: ['N06'],
  needs: ['links'],
  isClusterWide: true,
  *run({ world }) {
    for (const state of world.nodeStates.values()) {
      const misfit = tunnelTooLarge(world, state) ?? machineTooSmall(world, state);
      if (misfit === undefined) continue;
      yield {
        severity: 'warning',
        subject: `Node ${state.name}`,
        node: state.name,
        summary: `${misfit.text}: large packets may be lost, short ones pass`,
        evidence: misfit.links.map(([node, { name, mtu }]) => ({
          source: `nodes/${node}`,
          text: `${name} mtu ${mtu}`,
        })),
        remedy: {
          text: `set the MTU of the network plugin to ${misfit.fits} at most on all nodes, and let pods be made anew`,
          commands: [`ip link show   # on ${state.name}`],
        },
      };
    }
  },
});

interface Misfit {
  readonly text: string;
  readonly links: readonly (readonly [node: string, link: Link])[];
  /** The largest MTU for pods that fits. */
  readonly fits: number;
}

/** A tunnel that carries pods' packets and adds more to them than the interface below has room for. */
function tunnelTooLarge(world: World, state: NodeState): Misfit | undefined {
  for (const link of state.links ?? []) {
    const overhead = OVERHEAD[kindOf(link)];
    const lower = overhead === undefined ? undefined : (linkOf(state, link.lower) ?? ownLink(world, state));
    if (overhead === undefined || !link.isUp || !carriesPods(state, link)) continue;
    if (lower?.mtu === undefined || link.mtu === undefined || link.mtu + overhead <= lower.mtu) continue;
    return {
      text: `${link.name} of ${state.name} takes packets of ${link.mtu} bytes, which with ${overhead} of the tunnel do not fit ${lower.name} (${lower.mtu})`,
      links: [
        [state.name, link],
        [state.name, lower],
      ],
      fits: lower.mtu - overhead,
    };
  }
  return undefined;
}

/** The node's interface takes less than its neighbours send, and pods on both sides send that much. */
function machineTooSmall(world: World, state: NodeState): Misfit | undefined {
  const own = ownLink(world, state);
  const pods = podMtu(state);
  if (own?.mtu === undefined || pods === undefined || pods <= own.mtu) return undefined;
  for (const other of world.nodeStates.values()) {
    const theirs = ownLink(world, other);
    const sent = Math.min(podMtu(other) ?? 0, pods);
    if (other === state || theirs?.mtu === undefined || Math.min(theirs.mtu, sent) <= own.mtu) continue;
    if (![state, other].every((each) => (each.links ?? []).every((link) => !(kindOf(link) in OVERHEAD))))
      continue;
    return {
      text: `${own.name} of ${state.name} takes packets of ${own.mtu} bytes, and pods on ${other.name} send up to ${sent}`,
      links: [
        [state.name, own],
        [other.name, theirs],
      ],
      fits: own.mtu,
    };
  }
  return undefined;
}

/** The interface with the address that other nodes know the node by. */
function ownLink({ nodes }: World, { name, links = [] }: NodeState): Link | undefined {
  const node = nodes.find(({ metadata }) => metadata.name === name);
  const internal = node?.status.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  const address = parseIp(internal);
  return links.find(({ addresses }) => addresses.some((each) => each.address === address));
}

/** What pods on the node send at most: the largest MTU of its veth pairs. */
function podMtu({ links = [] }: NodeState): number | undefined {
  const sizes = links.flatMap(({ kind, mtu, name }) =>
    mtu !== undefined && (kind === 'veth' || /^(veth|cali|lxc|eni)/.test(name)) && !/^eth\d/.test(name)
      ? [mtu]
      : [],
  );
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

/** `ip addr` without `-d` does not say the kind; the names of the usual plugins do. */
function kindOf({ kind, name }: Link): string {
  if (kind !== undefined) return kind;
  if (/^(flannel\.\d+|vxlan\.calico)$/.test(name)) return 'vxlan';
  return /^tunl\d$/.test(name) ? 'ipip' : '';
}

/** Whether a route other than the default leads into the tunnel; without one it is somebody else's, or steered by programs. */
function carriesPods({ routes = [] }: NodeState, { name }: Link): boolean {
  return routes.some(
    ({ device, type, table, destination }) =>
      device === name && type === 'unicast' && table === 'main' && destination.prefix > 0,
  );
}
