import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import { findService } from '../intent/service-index.ts';
import { sourceRangesOf } from '../intent/source-ranges.ts';
import { ipvsWallAt } from '../kubeproxy/way/ipvs-firewall-way.ts';
import { wayTo } from '../kubeproxy/way/way-of.ts';
import { familyOf } from '../model/address.ts';
import type { Bench } from './bench.ts';
import type { DiscrepancyKind } from './discrepancy.ts';
import { followWay, leaderTo, passedRules, wayClientOf } from './follow-way.ts';
import { isOfKubeProxy } from './seen-outcome.ts';

/** What refuses: of chains that all refusals end in, the rule that led there. */
export function refusedAt(bench: Bench, decidedBy: RuleReference | undefined): RuleReference | undefined {
  if (decidedBy?.chain !== 'reject-chain')
    return walledAt(bench, decidedBy) ?? strayedAt(bench, decidedBy) ?? decidedBy;
  const passed = passedRules(bench, ({ result }) => result === 'rejected');
  return leaderTo(decidedBy.chain, passed) ?? decidedBy;
}

/** Chains that turn away what came untranslated. */
const UNTRANSLATED = /^(KUBE-PROXY-FIREWALL|KUBE-EXTERNAL-SERVICES|nodeport-endpoints-check)$/;

/** Where packets left the way to endpoints that are promised, before a chain for untranslated ones turned them away. */
function strayedAt(bench: Bench, decidedBy: RuleReference | undefined): RuleReference | undefined {
  const { world, node, mode, expectation } = bench;
  const rules = world.nodeStates.get(node);
  if (rules === undefined || expectation.outcome !== 'endpoints') return undefined;
  if (decidedBy === undefined || !UNTRANSLATED.test(decidedBy.chain)) return undefined;
  const followed = followWay(wayTo(rules, mode, wayClientOf(bench)), passedRules(bench));
  return followed && !followed.isToTheEnd ? { ...followed.at, node } : undefined;
}

/** The set at fault where the firewall of IPVS mode drops a client that may come in. */
function walledAt(bench: Bench, decidedBy: RuleReference | undefined): RuleReference | undefined {
  const { world, node, mode, expectation } = bench;
  const { frontend, vantage } = expectation;
  const rules = world.nodeStates.get(node);
  if (mode !== 'ipvs' || rules === undefined || decidedBy === undefined) return undefined;
  const service = findService(world, frontend.service);
  const hasRanges = service !== undefined && sourceRangesOf(service, familyOf(frontend.address)).length > 0;
  const at = ipvsWallAt(rules, wayClientOf(bench), decidedBy.chain, vantage.address, hasRanges);
  return at && { ...at, node };
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

/**
 * The rule by which kube-proxy up to 1.24 marks packets for dropping, which it leaves to kubelet's KUBE-FIREWALL: what is forwarded passes that
 * chain by and goes its way untranslated. Undefined where none did. *Source:* kubernetes v1.23 pkg/proxy/iptables/proxier.go.
 */
export function markedToDropAt(bench: Bench, { result }: Outcome): RuleReference | undefined {
  return leaderTo(
    'KUBE-MARK-DROP',
    passedRules(bench, (outcome) => outcome.result === result),
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
