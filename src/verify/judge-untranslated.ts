import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import { wayTo } from '../kubeproxy/way/way-of.ts';
import { formatAddressPort } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import type { Bench, Charge } from './bench.ts';
import { kindOfEnd, markedToDropAt, refusedAt, refusesOnPurpose, withRule, wordOf } from './describe-end.ts';
import { findUntracking } from './find-untracking.ts';
import { type Followed, followWay, passedRules, wayClientOf } from './follow-way.ts';
import { frontendText } from './group-discrepancies.ts';
import { type SeenOutcome, isOfKubeProxy } from './seen-outcome.ts';

/** Nothing translated the packet, although the promise needs it. */
export function judgeUntranslated(bench: Bench, outcome: Outcome, all: readonly SeenOutcome[]): Charge {
  const { expectation, node } = bench;
  const { decidedBy } = outcome;
  const text = frontendText(expectation.frontend);
  const unreached = unreachedOf(bench, all);
  const lost = followLost(bench, unreached);
  const missing = lost && !lost.isToTheEnd ? { ...lost.at, node } : undefined;
  const marked = markedToDropAt(bench, outcome);
  if (marked !== undefined || refusesOnPurpose(decidedBy)) {
    const word = marked === undefined ? wordOf(outcome) : 'drops';
    const summary = `${node} ${word} ${text} although endpoints are ready`;
    return { kind: 'refused-although-ready', summary, ...withRule(marked ?? refusedAt(bench, decidedBy)) };
  }
  // Where other connections get to endpoints the frontend has its rules; what is lost was for one that has none.
  const [lone] = all.some(({ promised }) => promised !== undefined) ? unreached : [];
  if (missing !== undefined) {
    if (lone !== undefined) return lostFor(lone, missing, bench);
    const summary = `${node} does not translate ${text}: ${missing.chain}: ${missing.rule}`;
    return { kind: 'frontend-missing', summary, at: missing, owner: 'kube-proxy' };
  }
  const untracked = findUntracking(bench);
  if (untracked !== undefined) {
    const summary = `${untracked.node} keeps packets to ${text} out of connection tracking, so nothing translates them`;
    return { kind: 'shadowed', node: untracked.node, summary, at: untracked };
  }
  if (lost?.endpoint !== undefined) return lostFor(lost.endpoint, { ...lost.at, node }, bench);
  if (
    lost === undefined &&
    decidedBy !== undefined &&
    !isOfKubeProxy(decidedBy) &&
    outcome.result !== 'delivered'
  ) {
    const summary = `${outcome.node} ${wordOf(outcome)} packets to ${text}`;
    return { kind: kindOfEnd(outcome), node: outcome.node, summary, at: decidedBy };
  }
  if (lost !== undefined && lone !== undefined) return lostFor(lone, { ...lost.at, node }, bench);
  const summary = `${node} does not translate packets of this client to ${text}, although it has rules for it`;
  return { kind: 'frontend-missing', summary, ...withRule(lost ? { ...lost.at, node } : decidedBy) };
}

function lostFor(endpoint: Endpoint, at: RuleReference, { node, expectation }: Bench): Charge {
  const target = formatAddressPort(endpoint.address, endpoint.port);
  const summary = `${node} loses packets to ${frontendText(expectation.frontend)} where they should go to ${target}: ${at.chain}: ${at.rule}`;
  return { kind: 'endpoint-missing', endpoint, summary, at, owner: 'kube-proxy' };
}

/** How far packets come that nothing translates, and for which of the `unreached` endpoints they were where their way tells. */
function followLost(
  bench: Bench,
  unreached: readonly Endpoint[],
): (Followed & { readonly endpoint?: Endpoint }) | undefined {
  const { world, node, mode, expectation } = bench;
  const { frontend } = expectation;
  const rules = world.nodeStates.get(node);
  if (rules === undefined) return undefined;
  const client = wayClientOf(bench);
  const passed = passedRules(
    bench,
    ({ destination }) => destination.address === frontend.address && destination.port === frontend.port,
  );
  const followed = followWay(wayTo(rules, mode, client), passed);
  if (followed?.isToTheEnd !== true) return followed;
  for (const endpoint of unreached) {
    const own = followWay(wayTo(rules, mode, client, endpoint), passed);
    if (own?.isToTheEnd) return { ...own, endpoint };
  }
  return followed;
}

/** Promised endpoints that no connection gets to. */
function unreachedOf({ expectation: { endpoints } }: Bench, all: readonly SeenOutcome[]): Endpoint[] {
  const reached = new Set(all.map(({ promised }) => promised));
  return endpoints.filter((_, index) => !reached.has(index));
}
