import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import type { Bench } from './bench.ts';
import type { DiscrepancyKind } from './discrepancy.ts';
import { leaderTo, passedRules } from './follow-way.ts';
import { isOfKubeProxy } from './seen-outcome.ts';

/** What refuses: of chains that all refusals end in, the rule that led there. */
export function refusedAt(bench: Bench, decidedBy: RuleReference | undefined): RuleReference | undefined {
  if (decidedBy?.chain !== 'reject-chain') return decidedBy;
  const passed = passedRules(bench, ({ result }) => result === 'rejected');
  return leaderTo(decidedBy.chain, passed) ?? decidedBy;
}

/** Whether it is one of kube-proxy’s own rules that turn clients away because it knows no endpoint or does not allow the source. */
export function refusesOnPurpose(rule: RuleReference | undefined): boolean {
  if (rule === undefined || !isOfKubeProxy(rule)) return false;
  if (rule.family === 'ipvs') return true;
  if (rule.table === 'kube-proxy')
    return /^(reject-chain|service-endpoints-check|nodeport-endpoints-check|endpoints-check|firewall-)/.test(
      rule.chain,
    );
  return /^KUBE-(SERVICES|EXTERNAL-SERVICES|PROXY-FIREWALL|SOURCE-RANGES-FIREWALL|FIREWALL|FW-.*)$/.test(
    rule.chain,
  );
}

/** What an end is called that is no arrival. */
export function kindOfEnd({ result, decidedBy }: Outcome): DiscrepancyKind {
  if (result === 'unroutable' || decidedBy?.family === 'route') return 'unreachable';
  return isOfKubeProxy(decidedBy) ? 'refused-although-ready' : 'dropped';
}

/** What the node does with the packet, as a verb. */
export function wordOf({ result, decidedBy }: Outcome): string {
  if (result === 'unroutable' || decidedBy?.family === 'route') return 'has no way for';
  return result === 'rejected' ? 'refuses' : 'drops';
}

/** The rule at fault, where there is one. */
export function withRule(rule: RuleReference | undefined): { at?: RuleReference } {
  return rule === undefined ? {} : { at: rule };
}
