import type { Network, Place, Unread } from '../dataplane/node-state.ts';
import type { Outcome, Trace } from '../dataplane/walk/trace.ts';
import { Flows } from '../dataplane/walk/flows/flows.ts';
import { walk } from '../dataplane/walk/walk.ts';
import { type ExpectOptions, expectFrontend } from '../intent/expect-frontend.ts';
import type { Expectation } from '../intent/expectation.ts';
import { proxyFactsOf } from '../intent/proxy-facts.ts';
import { familyOf } from '../model/address.ts';
import type { Gap } from '../model/evidence.ts';
import type { Frontend } from '../model/frontend.ts';
import type { Packet } from '../model/packet.ts';
import type { Vantage } from '../model/vantage.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import type { Discrepancy, DiscrepancyKind, Verification } from './discrepancy.ts';
import { answeredByNode } from './answered-by-node.ts';
import { isLeftover } from '../kubeproxy/is-leftover.ts';
import { isLag } from './is-lag.ts';
import { judgeAffinity } from './judge-affinity.ts';
import { judgeDenial } from './judge-denial.ts';
import { type Bench, charge } from './bench.ts';
import { judgePromise } from './judge-promise.ts';
import { REPLACES_SOURCE, type SeenOutcome, seeOutcome } from './seen-outcome.ts';
import { knowsPromise, unknownOf, unreadOn, whyBlind } from './why-blind.ts';

/** How to verify. */
export interface VerifyOptions extends ExpectOptions {
  /** Keeps each step of the walk; costs time. */
  readonly verbose?: boolean;
}

/** Endpoints of one world are mostly alike, whatever Service they are of. */
const flowsOf = perWorld(() => new Flows());

/** Kinds that a kube-proxy which has not seen the newest endpoints explains. */
const MAY_LAG = new Set<DiscrepancyKind>([
  'endpoint-missing',
  'endpoint-stale',
  'hints-ignored',
  'refused-although-ready',
  'forwarded-although-none',
]);

/**
 * Walks a packet of the client at `vantage` to `frontend` and holds its ends against what the API promises. Evidence that is missing makes
 * a `cannot-tell` and leaves open what works; it is never taken for health.
 */
export function verifyFrontend(
  world: World,
  frontend: Frontend,
  vantage: Vantage,
  options: VerifyOptions = {},
): Verification {
  const unmasked = promiseOf(world, frontend, vantage, options);
  const packet: Packet = {
    source: vantage.address,
    destination: frontend.address,
    destinationPort: frontend.port,
    protocol: frontend.protocol,
  };
  const unwalked: Trace = { packet, outcomes: [] };
  if (unmasked.outcome === 'not-served')
    return { expectation: unmasked, trace: unwalked, discrepancies: [], works: [0, 0] };
  const node = unmasked.node ?? vantage.node;
  const { mode } = proxyFactsOf(world, node);
  const blind = whyBlind(world, unmasked);
  if (blind !== undefined) {
    const cannotTell = charge(
      { world, expectation: unmasked, node, mode },
      { kind: 'cannot-tell', share: [0, 1], summary: blind.text, unknowns: [blind] },
    );
    return { expectation: unmasked, trace: unwalked, discrepancies: [cannotTell], works: [0, 1] };
  }
  const network = networkWith(world.network, vantage);
  const trace = walk(network, vantage, packet, { flows: flowsOf(world), verbose: options.verbose ?? false });
  const expectation =
    vantage.node !== node && isMaskedOn(vantage.node, trace)
      ? promiseOf(world, frontend, vantage, { ...options, isMasked: true })
      : unmasked;
  const bench: Bench = { world, expectation, node, mode };
  const seen = trace.outcomes.map((outcome) => seeOutcome(expectation, outcome));
  const found =
    expectation.outcome === 'endpoints'
      ? [...judgePromise(bench, seen), ...judgeAffinity(bench, trace.outcomes)]
      : judgeDenial(bench, seen);
  const unread = (outcome: Outcome): readonly Unread[] =>
    unreadOn(world, [vantage.node, node, outcome.node], familyOf(frontend.address));
  const doubts = expectation.outcome === 'endpoints' ? doubtsOf(bench, trace, unread) : [];
  const discrepancies = [...markLag(world, found), ...doubts];
  const [least, most] = worksOf(bench, seen, (outcome) => unread(outcome).length === 0);
  const lags = found.length > 0 && discrepancies.every((each) => each.isLag);
  // What a pending sync will mend is not known to fail.
  const works =
    lags && expectation.outcome === 'endpoints' ? ([least, 1] as const) : ([least, most] as const);
  return { expectation, trace, discrepancies, works };
}

function promiseOf(world: World, frontend: Frontend, vantage: Vantage, options: ExpectOptions): Expectation {
  const promised = expectFrontend(world, frontend, vantage, options);
  return knowsPromise(world, frontend) ? promised : withoutPromise(promised);
}

/** Whether the client's address was replaced on its own `node`, as a CNI does for what leaves the pod network. */
function isMaskedOn(node: string, { outcomes }: Trace): boolean {
  return outcomes.some(({ translatedBy }) =>
    translatedBy.some((rule) => rule.node === node && REPLACES_SOURCE.test(rule.rule)),
  );
}

/** What lets a packet through as far as was seen may be stopped by rules that were not. */
function doubtsOf(
  bench: Bench,
  { outcomes }: Trace,
  unread: (outcome: Outcome) => readonly Unread[],
): Discrepancy[] {
  const shares = new Map<Gap, number>();
  for (const outcome of outcomes) {
    if (outcome.result !== 'delivered') continue;
    for (const { gap } of unread(outcome)) shares.set(gap, (shares.get(gap) ?? 0) + outcome.probability[1]);
  }
  return [...shares].map(([gap, share]) => {
    const unknown = unknownOf(gap);
    const node = gap.node ?? bench.node;
    return charge(bench, {
      kind: 'cannot-tell',
      node,
      share: [0, share],
      summary: unknown.text,
      unknowns: [unknown],
    });
  });
}

/** Some endpoints, nobody knows which. */
function withoutPromise({ deniedBy: _deniedBy, ...expectation }: Expectation): Expectation {
  const isOpen = expectation.outcome !== 'not-served';
  return isOpen
    ? { ...expectation, outcome: 'endpoints', endpoints: [], sourceNat: [], because: [] }
    : expectation;
}

/** A pod that stands for any pod of its node is nobody's by the API; its replies need to find it all the same. */
function networkWith(network: Network, { kind, node, address }: Vantage): Network {
  if (kind !== 'pod' || network.placeOf(address) !== undefined) return network;
  const place: Place = { node, pod: 'any pod', isHostNetwork: false };
  return { ...network, placeOf: (asked) => (asked === address ? place : network.placeOf(asked)) };
}

function worksOf(
  bench: Bench,
  seen: readonly SeenOutcome[],
  isSeen: (outcome: Outcome) => boolean,
): readonly [number, number] {
  const { expectation } = bench;
  if (expectation.outcome !== 'endpoints') return [0, 0];
  let good = 0;
  let bad = 0;
  let best = 0;
  for (const { outcome, promised, target, isHintedElsewhere = false } of seen) {
    const [min, max] = outcome.probability;
    const answered = answeredByNode(bench, outcome);
    const isForEndpoint = promised !== undefined || isHintedElsewhere;
    const isArrival = answered === true || (outcome.result === 'delivered' && isForEndpoint);
    const isOpen =
      typeof answered === 'object' ||
      (outcome.result === 'unknown' && (target === undefined || isForEndpoint));
    if (isArrival && outcome.replyReturns === true && isSeen(outcome)) good += min;
    else bad += max;
    if ((isArrival && outcome.replyReturns !== false) || isOpen) best += max;
  }
  return [clamp(Math.max(good, 1 - bad)), clamp(best)];
}

/** Weights of one walk are sums of 31-bit fractions. */
function clamp(share: number): number {
  if (share > 1 - 1e-9) return 1;
  return share < 1e-9 ? 0 : share;
}

function markLag(world: World, discrepancies: readonly Discrepancy[]): Discrepancy[] {
  return discrepancies.map((discrepancy) => {
    const { node, expectation, at } = discrepancy;
    // No sync writes what a former mode left.
    const isOld = at !== undefined && isLeftover(world.kubeProxies.get(node), at);
    const isYoung = !isOld && mayLag(discrepancy) && isLag(world, node, expectation.frontend);
    return isYoung ? { ...discrepancy, isLag: true } : discrepancy;
  });
}

/** Jumps and chains that every sync writes are not late; the entry of a new Service may be. What was translated to its endpoint is refused by no old rule. */
function mayLag({ kind, at, endpoint }: Discrepancy): boolean {
  if (kind === 'refused-although-ready' && endpoint !== undefined) return false;
  return (
    MAY_LAG.has(kind) || (kind === 'frontend-missing' && /^no (rule|element|virtual)/.test(at?.rule ?? ''))
  );
}
