import type { NodeState } from '../dataplane/node-state.ts';
import type { Gap } from '../model/evidence.ts';
import { whyForeign } from './foreign-node.ts';
import type { Node } from './kubernetes/objects.ts';
import type { Coverage, ResourceKind } from './world.ts';

/** Nodes of the API whose kernel was not read, and dumps of nodes that the API does not know. */
export function missingNodes(
  nodes: readonly Node[],
  states: ReadonlyMap<string, NodeState>,
  coverage: ReadonlyMap<ResourceKind, Coverage>,
): Gap[] {
  const known = new Map(nodes.map((node) => [node.metadata.name, node]));
  const gaps: Gap[] = [];
  for (const [name, node] of known) {
    const { hasRules } = states.get(name) ?? {};
    if (hasRules?.ip || hasRules?.ip6) continue;
    const foreign = whyForeign(node);
    gaps.push({
      what: foreign === undefined ? `rules of ${name}` : `clients on ${name}`,
      why: foreign ?? 'nothing of its netfilter rules was read',
      unlock:
        foreign === undefined
          ? `run plumb capture --script on ${name}, or add iptables-save or nft list ruleset as nodes/${name}/`
          : 'connect from a pod there',
      node: name,
    });
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
