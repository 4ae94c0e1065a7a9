import type { Network, NodeState } from '../node-state.ts';

const known = new WeakMap<NodeState, boolean>();

/**
 * Whether `node` has routes of its own to pods: then a pod without one is lost. Where it has none, the network between the nodes
 * (a cloud's route table) or eBPF programs carry pods' packets, and a missing route says nothing.
 */
export function routesPodsItself(network: Network, node: NodeState): boolean {
  let answer = known.get(node);
  if (answer === undefined) {
    answer = (node.routes ?? []).some(
      ({ destination, type, table, via, device }) =>
        type === 'unicast' &&
        table === 'main' &&
        destination.prefix > 0 &&
        (via !== undefined || device !== undefined) &&
        network.isClusterAddress(destination.first) &&
        network.placeOf(destination.first)?.node !== node.name &&
        via !== undefined,
    );
    known.set(node, answer);
  }
  return answer;
}
