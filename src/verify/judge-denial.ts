import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import { denialWay } from '../kubeproxy/way/way-of.ts';
import { formatAddressPort } from '../model/address.ts';
import type { Discrepancy } from './discrepancy.ts';
import { markedToDropAt, refusedAt, withRule } from './describe-end.ts';
import { frontendText } from './group-discrepancies.ts';
import { type Bench, charge } from './bench.ts';
import { followWay, passedRules, wayClientOf } from './follow-way.ts';
import { type SeenOutcome, isOfKubeProxy } from './seen-outcome.ts';

/** Where outcomes differ from the promise that nobody answers. */
export function judgeDenial(bench: Bench, seen: readonly SeenOutcome[]): Discrepancy[] {
  return seen.flatMap((each) => (each.outcome.probability[0] > 0 ? judge(bench, each) : []));
}

function judge(bench: Bench, { outcome, target, translator }: SeenOutcome): Discrepancy[] {
  const { expectation } = bench;
  const { frontend, anyDenial, outcome: promise } = expectation;
  const { result, decidedBy, probability: share, unknowns } = outcome;
  const text = frontendText(frontend);
  if (result === 'unknown') {
    const summary = unknowns[0]?.text ?? `what becomes of the packet on ${outcome.node}`;
    return [charge(bench, { kind: 'cannot-tell', node: outcome.node, share, summary, unknowns })];
  }
  if (target !== undefined) {
    const isLost = anyDenial === true && outcome.replyReturns !== true;
    if (isLost || (translator !== undefined && !isOfKubeProxy(translator))) return [];
    const to = formatAddressPort(target.address, target.port);
    const why = expectation.because[0] ?? '';
    const summary = `forwards ${text} to ${to}${why === '' ? '' : `, although ${why}`}`;
    const at = admittedBy(bench, outcome) ?? translator;
    return [
      charge(bench, {
        kind: 'forwarded-although-none',
        share,
        endpoint: target,
        summary,
        ...(at ? { at } : {}),
      }),
    ];
  }
  if (anyDenial) return [];
  if (result === 'delivered' || result === 'unroutable')
    return markedToDropAt(bench, outcome) === undefined ? [unanswered(bench, outcome)] : [];
  const isKept = promise === 'refuse' ? result === 'rejected' : result === 'dropped';
  if (isKept || !isOfKubeProxy(decidedBy) || decidedBy === undefined) return [];
  const summary =
    promise === 'refuse'
      ? `drops ${text} in silence, although without endpoints it should refuse`
      : `refuses ${text}, although ${expectation.because[0] ?? 'it should drop'}`;
  const kind = promise === 'refuse' ? 'dropped' : 'refused-although-ready';
  return [charge(bench, { kind, share, summary, ...withRule(refusedAt(bench, decidedBy)) })];
}

/** The packet passes as if the frontend did not exist. */
function unanswered(bench: Bench, outcome: Outcome): Discrepancy {
  const { node, expectation } = bench;
  const text = frontendText(expectation.frontend);
  const summary = `${node} has no rule that turns clients of ${text} away: they hang instead`;
  const at = lettingPass(bench);
  return charge(bench, {
    kind: 'frontend-missing',
    share: outcome.probability,
    summary,
    ...(at ? { at } : {}),
  });
}

/** Where rules should turn this client away and do not. */
function lettingPass(bench: Bench): RuleReference | undefined {
  const { world, node, mode, expectation } = bench;
  const rules = world.nodeStates.get(node);
  const bySource = expectation.deniedBy === 'loadBalancerSourceRanges';
  const way = rules && denialWay(rules, mode, wayClientOf(bench), bySource);
  const place = way && followWay(way, passedRules(bench))?.at;
  return place && { ...place, node };
}

/** The rule that let the client in on the way to where it was forwarded. */
function admittedBy(bench: Bench, { translatedBy }: Outcome): RuleReference | undefined {
  const { deniedBy } = bench.expectation;
  const find = (chain: RegExp): RuleReference | undefined =>
    translatedBy.find((rule) => chain.test(rule.chain));
  if (deniedBy === 'loadBalancerSourceRanges') return find(/^KUBE-FW-/) ?? lettingPass(bench);
  return (
    (deniedBy === 'externalTrafficPolicy' ? find(/^(KUBE-EXT-|external-)/) : undefined) ??
    find(/^(KUBE-SERVICES|KUBE-NODEPORTS|services)$/)
  );
}
