import type { Match } from '../ruleset/rule-parts.ts';
import type { PacketState } from './packet-state.ts';
import { changedElement, changeSet } from './set-changes.ts';

/**
 * Whether the packet's source is on a list of xt_recent, which the match may change. A client comes for the first time: it is
 * on those lists alone on which the walk has put it. *Source:* iptables-extensions(8) `recent`.
 */
export function recentHolds(
  state: PacketState,
  { list, operation }: Extract<Match, { kind: 'recent' }>,
): 'yes' | 'no' | 'unknown' {
  const of = `${state.node.name} recent ${list}`;
  const key = [state.isSourceKnown ? state.source : undefined];
  if (operation === 'set') {
    changeSet(state, { of, key, element: { key: [], line: 0 } });
    return 'yes';
  }
  const found = changedElement(state, of, key);
  if (found === 'unknown') return 'unknown';
  if (found === 'untouched' || found === undefined) return 'no';
  if (operation === 'remove') changeSet(state, { of, key, element: undefined });
  return 'yes';
}
