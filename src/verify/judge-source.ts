import type { RuleReference } from '../dataplane/walk/trace.ts';
import { ownSourceTo } from '../dataplane/walk/select-source.ts';
import { localityOf } from '../intent/local-traffic.ts';
import { proxyFactsOf } from '../intent/proxy-facts.ts';
import { keepWay, markWay, mayMark } from '../kubeproxy/way/way-of.ts';
import { formatAddressPort } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import type { Discrepancy } from './discrepancy.ts';
import { type Bench, charge } from './bench.ts';
import { findUntracking } from './find-untracking.ts';
import { type Passed, followWay, leaderTo, passedRules, wayClientOf } from './follow-way.ts';
import { REPLACES_SOURCE, type SeenOutcome, isOfKubeProxy } from './seen-outcome.ts';

/**
 * Whether the source of packets to a promised endpoint was replaced or kept as promised. Another program that replaces it where
 * kube-proxy keeps it (a CNI for what leaves the pod network) is its own business.
 */
export function judgeSource(bench: Bench, { outcome, promised, target }: SeenOutcome): Discrepancy[] {
  if (promised === undefined || target === undefined) return [];
  // What another node makes of the packet comes after.
  const isSentOn =
    outcome.result === 'delivered' ||
    outcome.node !== bench.node ||
    outcome.unknowns.some(({ isBeyond }) => isBeyond);
  if (!isSentOn && outcome.result !== 'unroutable') return [];
  const wanted = bench.expectation.sourceNat[promised] ?? 'either';
  const share = outcome.probability;
  if (wanted === 'either' || share[0] <= 0) return [];
  if ((outcome.sourceNat === 'none') === (wanted === 'keep')) return [];
  const to = formatAddressPort(target.address, target.port);
  if (wanted === 'masquerade') {
    if (!isSentOn || isSentAsPod(bench)) return [];
    // A rule that could not be decided may have masked what replaces the source.
    if (!outcome.unknowns.every(({ isBeyond }) => isBeyond)) return [];
    const untracked = findUntracking(bench);
    const summary = `the source of packets to ${to} is kept, although the reply needs it replaced`;
    return [
      charge(bench, {
        kind: 'masquerade-missing',
        share,
        endpoint: target,
        summary,
        ...(untracked === undefined ? markRule(bench, target) : { at: untracked }),
      }),
    ];
  }
  const rule = outcome.translatedBy.findLast((each) => REPLACES_SOURCE.test(each.rule));
  if (rule === undefined || !isOfKubeProxy(rule)) return [];
  // What a node sends to another has the address that masquerading gives it.
  const { vantage } = bench.expectation;
  const isTranslatedThere = outcome.translatedDestinationBy?.node === vantage.node;
  if (vantage.kind === 'node' && rule.node === vantage.node && !isTranslatedThere) return [];
  const summary = `the source of packets to ${to} is replaced, although it should be kept`;
  const at = markedBy(bench, target) ?? rule;
  return [charge(bench, { kind: 'masquerade-unwanted', share, endpoint: target, at, summary })];
}

/** Whether the node sends to the Service with an address that kube-proxy takes for a pod’s: its route to the range of Services leads by the pods’ network, as OpenShift SDN has it. */
function isSentAsPod({ world, node, expectation }: Bench): boolean {
  const { vantage, frontend } = expectation;
  const state = world.nodeStates.get(node);
  if (vantage.kind !== 'node' || frontend.kind !== 'clusterIP' || state === undefined) return false;
  const address = ownSourceTo(state, frontend.address);
  const facts = proxyFactsOf(world, node);
  if (address === undefined || facts.config.masqueradeAll) return false;
  return localityOf(world, facts, node, { ...vantage, address }) === 'local';
}

/** Where the way ends on which the packet should have been marked and its source replaced. */
function markRule(bench: Bench, target: Endpoint): Partial<Pick<Discrepancy, 'at'>> {
  const { world, node, mode, expectation } = bench;
  const rules = world.nodeStates.get(node);
  if (rules === undefined) return {};
  const self = expectation.vantage.address === target.address ? target : undefined;
  const passed = passedTo(bench, target);
  const followed = followWay(markWay(rules, mode, wayClientOf(bench), self), passed);
  if (followed === undefined) return {};
  const taker = followed.isToTheEnd || followed.at.chain !== 'POSTROUTING' ? undefined : takerOf(passed);
  return { at: taker ?? { ...followed.at, node } };
}

/** Another program's rule that ended the packet's way through POSTROUTING before kube-proxy's jump. */
function takerOf(passed: readonly Passed[]): RuleReference | undefined {
  return passed.findLast(
    ({ table, rule, reference }) => table === 'nat' && ENDS.test(rule) && !isOfKubeProxy(reference),
  )?.reference;
}

const ENDS = /-j ACCEPT\b|(?<!policy )\baccept\b/;

/** The rule by which the packet was marked, or led past the chains of its Service; undefined where none was. */
function markedBy(bench: Bench, target: Endpoint): RuleReference | undefined {
  const { world, node, mode, expectation } = bench;
  const rules = world.nodeStates.get(node);
  if (rules === undefined) return undefined;
  const passed = passedTo(bench, target);
  const followed = followWay(keepWay(rules, mode, wayClientOf(bench)), passed);
  if (followed && !followed.isToTheEnd) return { ...followed.at, node };
  const marker = passed.find(
    ({ enters = '', chain, rule }) => MARKERS.test(enters) || (MARKS.test(rule) && !MASKS.test(chain)),
  )?.reference;
  if (marker === undefined || mayMark(mode, expectation.frontend, marker.chain)) return marker;
  return leaderTo(marker.chain, passed) ?? marker;
}

const MARKERS = /^(KUBE-MARK-MASQ|mark-for-masquerade)$/;
const MARKS = /--set-xmark|\bmark set\b/;
/** Chains that clear the mark again. */
const MASKS = /^(KUBE-POSTROUTING|masquerading)$/;

function passedTo(bench: Bench, { address, port }: Endpoint): Passed[] {
  return passedRules(
    bench,
    ({ destination }) => destination.address === address && destination.port === port,
  );
}
