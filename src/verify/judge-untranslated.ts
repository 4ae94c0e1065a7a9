import type { Outcome } from '../dataplane/walk/trace.ts';
import { wayTo } from '../kubeproxy/way/way-of.ts';
import { formatAddressPort } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import type { Bench, Charge } from './bench.ts';
import { kindOfEnd, refusedAt, refusesOnPurpose, withRule, wordOf } from './describe-end.ts';
import { findUntracking } from './find-untracking.ts';
import { type Followed, followWay, passedRules, wayClientOf } from './follow-way.ts';
import { frontendText } from './group-discrepancies.ts';
import { type SeenOutcome, isOfKubeProxy } from './seen-outcome.ts';

/** Nothing translated the packet, although the promise needs it. */
export function judgeUntranslated(bench: Bench, outcome: Outcome, all: readonly SeenOutcome[]): Charge {
  const { expectation, node } = bench;
  const { decidedBy } = outcome;
  const text = frontendText(expectation.frontend);
  const lost = followLost(bench, all);
  const missing = lost && !lost.isToTheEnd ? { ...lost.at, node } : undefined;
  if (refusesOnPurpose(decidedBy)) {
    const summary = `${node} ${wordOf(outcome)} ${text} although endpoints are ready`;
    return { kind: 'refused-although-ready', summary, ...withRule(refusedAt(bench, decidedBy)) };
  }
  if (missing !== undefined) {
    const summary = `${node} does not translate ${text}: ${missing.chain}: ${missing.rule}`;
    return { kind: 'frontend-missing', summary, at: missing, owner: 'kube-proxy' };
  }
  const untracked = findUntracking(bench);
  if (untracked !== undefined) {
    const summary = `${untracked.node} keeps packets to ${text} out of connection tracking, so nothing translates them`;
    return { kind: 'shadowed', node: untracked.node, summary, at: untracked };
  }
  if (lost?.endpoint !== undefined) {
    const { at, endpoint } = lost;
    const summary = `${node} loses packets to ${text} where they should go to ${formatAddressPort(endpoint.address, endpoint.port)}: ${at.chain}: ${at.rule}`;
    return { kind: 'endpoint-missing', endpoint, summary, at: { ...at, node }, owner: 'kube-proxy' };
  }
  if (
    lost === undefined &&
    decidedBy !== undefined &&
    !isOfKubeProxy(decidedBy) &&
    outcome.result !== 'delivered'
  ) {
    const summary = `${outcome.node} ${wordOf(outcome)} packets to ${text}`;
    return { kind: kindOfEnd(outcome), node: outcome.node, summary, at: decidedBy };
  }
  const summary = `${node} does not translate packets of this client to ${text}, although it has rules for it`;
  return { kind: 'frontend-missing', summary, ...withRule(lost ? { ...lost.at, node } : decidedBy) };
}

/** How far packets come that nothing translates, and for which endpoint they were where their way tells. */
function followLost(
  bench: Bench,
  all: readonly SeenOutcome[],
): (Followed & { readonly endpoint?: Endpoint }) | undefined {
  const { world, node, mode, expectation } = bench;
  const { endpoints, frontend } = expectation;
  const rules = world.nodeStates.get(node);
  if (rules === undefined) return undefined;
  const client = wayClientOf(bench);
  const passed = passedRules(
    bench,
    ({ destination }) => destination.address === frontend.address && destination.port === frontend.port,
  );
  const followed = followWay(wayTo(rules, mode, client), passed);
  if (followed?.isToTheEnd !== true) return followed;
  const unreached = endpoints.filter((_, index) => !all.some(({ promised }) => promised === index));
  for (const endpoint of unreached) {
    const own = followWay(wayTo(rules, mode, client, endpoint), passed);
    if (own?.isToTheEnd) return { ...own, endpoint };
  }
  return followed;
}
