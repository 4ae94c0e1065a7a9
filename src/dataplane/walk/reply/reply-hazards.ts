import type { NodeState } from '../../node-state.ts';
import { CT_STATE, type Part } from '../../ruleset/rule-parts.ts';
import type { Chain, Hook, Table } from '../../ruleset/ruleset.ts';
import { hookEntries } from '../hook-index.ts';
import { isInRanges } from '../value-ranges.ts';

type ByHook = Map<Hook, boolean>;

const known = new WeakMap<NodeState, { readonly ip: ByHook; readonly ip6: ByHook }>();

/**
 * Whether some filter rule at `hook` could stop a reply (connection state ESTABLISHED). Where none could, replies need no walk. Rules
 * that only new connections reach are left out; everything else that drops counts, whatever else it tests.
 */
export function mayStopReplies(node: NodeState, family: 'ip' | 'ip6', hook: Hook): boolean {
  let index = known.get(node);
  if (index === undefined) known.set(node, (index = { ip: new Map(), ip6: new Map() }));
  const byHook = index[family];
  let answer = byHook.get(hook);
  if (answer === undefined) {
    answer = hookEntries(node, family, hook).some(
      ({ table, chain, base, isNat }) =>
        !isNat &&
        (!table.complete ||
          scan(table, chain, new Set()) === 'stops' ||
          policyStops(table, chain, base.policy)),
    );
    byHook.set(hook, answer);
  }
  return answer;
}

function policyStops(table: Table, chain: Chain, policy: 'accept' | 'drop'): boolean {
  return policy === 'drop' && scan(table, chain, new Set()) !== 'accepts';
}

// `accepts`: no reply gets past this chain's accept; `passes`: replies come to its end.
function scan(table: Table, chain: Chain, seen: Set<Chain>): 'stops' | 'accepts' | 'passes' {
  if (seen.has(chain)) return 'passes';
  seen.add(chain);
  for (let i = 0; i < chain.rules.length; i++) {
    const { parts } = chain.rules.at(i);
    let isCertain = true;
    let skips = false;
    for (const part of parts) {
      const verdict = verdictOf(part);
      if (verdict === undefined) {
        const holds = replyMatches(part);
        if (holds === 'no') {
          skips = true;
          break;
        }
        if (holds === 'maybe') isCertain = false;
        continue;
      }
      if (verdict === 'stops') return 'stops';
      if (verdict === 'accepts') {
        if (isCertain) return 'accepts';
        break;
      }
      const target = table.chains.get(verdict.chain);
      if (target === undefined) return 'stops';
      const inner = scan(table, target, seen);
      if (inner === 'stops') return 'stops';
      if (inner === 'accepts' && isCertain) return 'accepts';
      break;
    }
    if (skips) continue;
  }
  return 'passes';
}

function verdictOf(part: Part): 'stops' | 'accepts' | { readonly chain: string } | undefined {
  switch (part.kind) {
    case 'drop':
    case 'reject':
    case 'queue':
    case 'tproxy':
    case 'vmap':
    case 'unknown-statement':
      return 'stops';
    case 'accept':
      return 'accepts';
    case 'jump':
    case 'goto':
      return part;
    default:
      return undefined;
  }
}

function replyMatches(part: Part): 'yes' | 'no' | 'maybe' {
  switch (part.kind) {
    case 'bits':
      if (part.left.kind !== 'field' || part.left.field !== 'ctstate') return 'maybe';
      return ((part.bits & CT_STATE.ESTABLISHED) !== 0) === part.not ? 'no' : 'yes';
    case 'compare':
      if (part.left.kind !== 'field' || part.left.field !== 'ctstate' || part.left.mask !== undefined)
        return 'maybe';
      if (!('ranges' in part.values)) return 'maybe';
      return isInRanges(CT_STATE.ESTABLISHED, part.values.ranges) === part.not ? 'no' : 'yes';
    case 'any':
    case 'lookup':
    case 'random':
    case 'recent':
    case 'ipvs':
    case 'rpfilter':
    case 'socket':
    case 'unknown-match':
      return 'maybe';
    default:
      return 'yes';
  }
}
