import type { Outcome, RuleReference, Step } from '../dataplane/walk/trace.ts';
import { walk } from '../dataplane/walk/walk.ts';
import { localityOf } from '../intent/local-traffic.ts';
import { proxyFactsOf } from '../intent/proxy-facts.ts';
import { findService } from '../intent/service-index.ts';
import type { PassedRule, ProxyPlace, Station, WayClient } from '../kubeproxy/way/station.ts';
import type { Bench } from './bench.ts';

/** The bench's client as kube-proxy of its node tells it from others. */
export function wayClientOf({ world, expectation, node }: Bench): WayClient {
  const { frontend, vantage } = expectation;
  const facts = proxyFactsOf(world, node);
  const spec = findService(world, frontend.service)?.spec;
  const isOwn = vantage.kind === 'node' && vantage.node === node;
  const isInside = isOwn || (vantage.kind === 'pod' && localityOf(world, facts, node, vantage) === 'local');
  const isInternal = frontend.kind === 'clusterIP';
  const policy = isInternal ? spec?.internalTrafficPolicy : spec?.externalTrafficPolicy;
  const isLocalPolicy = policy === 'Local';
  const takesLocal = isLocalPolicy && (isInternal || !isInside);
  return { frontend, isOwn, takesLocal, isLocalPolicy, mark: 2 ** facts.config.masqueradeBit };
}

/** A rule that packets met, with its place. */
export interface Passed extends PassedRule {
  readonly reference: RuleReference;
}

/** The rules that the bench's packets meet on its node, each once, of those ends that `concerns` picks. */
export function passedRules(bench: Bench, concerns: (outcome: Outcome) => boolean = () => true): Passed[] {
  // Branches share the steps before they part: a Service of many endpoints has far more ends than steps.
  const steps = new Set<Step>();
  for (const outcome of everyEnd(bench)) {
    if (!concerns(outcome)) continue;
    for (const step of outcome.steps) if (step.node === bench.node) steps.add(step);
  }
  return [...steps].flatMap(passedBy);
}

const ends = new WeakMap<Bench, readonly Outcome[]>();

/** Every branch of the bench's packets with its steps, walked once. */
function everyEnd(bench: Bench): readonly Outcome[] {
  const known = ends.get(bench);
  if (known !== undefined) return known;
  const { world, expectation } = bench;
  const { frontend, vantage } = expectation;
  const packet = {
    source: vantage.address,
    destination: frontend.address,
    destinationPort: frontend.port,
    protocol: frontend.protocol,
  };
  const options = { verbose: true, reply: false, everyBranch: true };
  const { outcomes } = walk(world.network, vantage, packet, options);
  ends.set(bench, outcomes);
  return outcomes;
}

function passedBy({ rule: reference, enters }: Step): Passed[] {
  if (reference === undefined) return [];
  const { table, chain, rule } = reference;
  return [{ table, chain, rule, reference, ...(enters === undefined ? {} : { enters }) }];
}

/** How far packets come on a way. */
export interface Followed {
  /** The station they did not get on from; the last one where they passed all. */
  readonly at: ProxyPlace;
  readonly isToTheEnd: boolean;
}

/**
 * How far packets that met the rules `passed` came. Undefined where they did not reach the first station: what keeps them from kube-proxy’s
 * rules is not its fault.
 */
export function followWay(stations: readonly Station[], passed: readonly PassedRule[]): Followed | undefined {
  let last: Station | undefined;
  for (const station of stations) {
    const { isPassedBy, isBroken = false, at } = station;
    if (isPassedBy !== undefined && !passed.some((rule) => isPassedBy(rule)))
      return last && { at: last.at, isToTheEnd: false };
    if (isBroken) return { at, isToTheEnd: false };
    last = station;
  }
  return last && { at: last.at, isToTheEnd: true };
}

/** The rule that led to `chain` last. */
export function leaderTo(chain: string, passed: readonly Passed[]): RuleReference | undefined {
  return passed.findLast(({ enters }) => enters === chain)?.reference;
}
