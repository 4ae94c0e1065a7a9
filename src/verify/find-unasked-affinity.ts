import type { NodeState } from '../dataplane/node-state.ts';
import type { Part } from '../dataplane/ruleset/rule-parts.ts';
import { rulesOf } from '../dataplane/ruleset/rules-of.ts';
import { plainReference } from '../dataplane/walk/rule-reference.ts';
import type { RuleReference } from '../dataplane/walk/trace.ts';
import type { Frontend } from '../model/frontend.ts';

/**
 * The rule or virtual server of one node that keeps clients of `frontend` at their endpoint, where `translator` is the rule or server that leads them there;
 * undefined where none does. *Source:* kubernetes pkg/proxy: iptables `-m recent --set`, nftables `update @affinity-…`, ipvsadm(8) `-p`.
 */
export function findUnaskedAffinity(
  { tables, ipvs = [] }: Pick<NodeState, 'tables' | 'ipvs'>,
  { address, port, protocol }: Frontend,
  translator: RuleReference,
): RuleReference | undefined {
  if (translator.family === 'ipvs') {
    const server = ipvs.find(
      (each) => each.address === address && each.port === port && each.protocol === protocol,
    );
    return server?.persistentSeconds === undefined ? undefined : translator;
  }
  const table = tables.find(
    ({ family, name, source }) =>
      family === translator.family && name === translator.table && source === translator.source,
  );
  for (const rule of rulesOf(table?.chains.get(translator.chain)))
    if (rule.parts.some(remembers))
      return { ...plainReference(translator), rule: rule.text, line: rule.line };
  return undefined;
}

function remembers(part: Part): boolean {
  return (
    (part.kind === 'recent' && part.operation === 'set') ||
    (part.kind === 'update-set' && part.set.startsWith('affinity-'))
  );
}
