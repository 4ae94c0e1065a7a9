import type { Outcome } from '../dataplane/walk/trace.ts';
import type { NodeState } from '../dataplane/node-state.ts';
import { findAffinity } from '../kubeproxy/find-affinity.ts';
import { findUnaskedAffinity } from './find-unasked-affinity.ts';
import type { Endpoint } from '../model/frontend.ts';
import type { NodeRules, ProxyPlace } from '../kubeproxy/way/station.ts';
import { wayTo } from '../kubeproxy/way/way-of.ts';
import type { Discrepancy } from './discrepancy.ts';
import { type Bench, charge } from './bench.ts';
import { followWay, passedRules, wayClientOf } from './follow-way.ts';
import { frontendText } from './group-discrepancies.ts';
import { ledAstray } from './led-astray.ts';
import { isOfKubeProxy } from './seen-outcome.ts';

/**
 * Whether the rules keep a client at its endpoint where the Service asks for it. The walk is that of a first connection, so this looks
 * at the rules themselves: that every endpoint is remembered, for as long as promised, and found again; and that none is where nobody asks for it.
 */
export function judgeAffinity(bench: Bench, outcomes: readonly Outcome[]): Discrepancy[] {
  const { world, expectation, node, mode } = bench;
  const { affinitySeconds, endpoints, frontend } = expectation;
  const rules = world.nodeStates.get(node);
  const arriving = outcomes.filter(
    ({ result, translatedBy }) => result === 'delivered' && translatedBy.length > 0,
  );
  if (rules === undefined || arriving.length === 0) return [];
  if (affinitySeconds === undefined) return judgeUnasked(bench, rules, arriving);
  // To an endpoint that the rules do not have nobody can be kept: that is told by itself.
  const known = endpoints.filter((endpoint) => outcomes.some((outcome) => leadsTo(outcome, endpoint)));
  for (const endpoint of known) {
    const missing =
      ledPast(bench, rules, endpoint, arriving) ??
      findAffinity(rules, mode, wayClientOf(bench), endpoint, affinitySeconds);
    if (missing === undefined) continue;
    const summary = `clients of ${frontendText(frontend)} are not kept at their endpoint: ${missing.chain}: ${missing.rule}`;
    return [charge(bench, { kind: 'affinity-missing', endpoint, summary, at: { ...missing, node } })];
  }
  return [];
}

/** Whether clients are kept at their endpoint although nobody asks for it. What keeps them is the same for all endpoints. */
function judgeUnasked(bench: Bench, rules: NodeState, [first]: readonly Outcome[]): Discrepancy[] {
  const translator = first?.translatedDestinationBy;
  if (translator === undefined || translator.node !== bench.node || !isOfKubeProxy(translator)) return [];
  const { frontend } = bench.expectation;
  const keeper = findUnaskedAffinity(rules, frontend, translator);
  if (keeper === undefined) return [];
  const { address, port = frontend.port } = first?.destination ?? frontend;
  const at = ledAstray(bench, { address, port }, keeper) ?? keeper;
  const summary = `keeps clients of ${frontendText(frontend)} at their endpoint, although no affinity is asked for`;
  return [charge(bench, { kind: 'affinity-unwanted', summary, at })];
}

/** Where rules lead to the endpoint past the chains that remember its clients. */
function ledPast(
  bench: Bench,
  rules: NodeRules,
  endpoint: Endpoint,
  arriving: readonly Outcome[],
): ProxyPlace | undefined {
  if (bench.mode === 'ipvs') return undefined;
  const isTo = (outcome: Outcome): boolean => leadsTo(outcome, endpoint);
  const way = wayTo(rules, bench.mode, wayClientOf(bench), endpoint);
  const chain = way.at(-1)?.at.chain;
  const isKept = arriving
    .filter(isTo)
    .every(({ translatedBy }) => translatedBy.some((rule) => rule.chain === chain));
  return isKept ? undefined : followWay(way, passedRules(bench, isTo))?.at;
}

function leadsTo({ destination }: Outcome, { address, port }: Endpoint): boolean {
  return destination.address === address && destination.port === port;
}
