import type { NodeState } from '../dataplane/node-state.ts';
import type { Gap } from '../model/evidence.ts';
import type { Node } from './kubernetes/objects.ts';
import type { Coverage, ResourceKind } from './world.ts';

/** Nodes of the API whose kernel was not read, and dumps of nodes that the API does not know. */
export function missingNodes(
  nodes: readonly Node[],
  states: ReadonlyMap<string, NodeState>,
  coverage: ReadonlyMap<ResourceKind, Coverage>,
): Gap[] {
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  const gaps: Gap[] = [];
  for (const node of known) {
    const state = states.get(node);
    if (!state || (!state.hasRules.ip && !state.hasRules.ip6)) {
      gaps.push({
        what: `rules of ${node}`,
        why: 'nothing of its netfilter rules was read',
        unlock: `run plumb capture --script on ${node}, or add iptables-save or nft list ruleset as nodes/${node}/`,
        node,
      });
    }
  }
  if (coverage.get('nodes')?.isComplete) {
    for (const node of states.keys()) {
      if (!known.has(node))
        gaps.push({
          what: `dump of ${node}`,
          why: 'no Node object has this name',
          unlock: 'check the name of its folder under nodes/',
          node,
        });
    }
  }
  return gaps;
}
