import { findMasquerade } from '../kubeproxy/find-masquerade.ts';
import { formatAddressPort } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import type { Discrepancy } from './discrepancy.ts';
import { type Bench, charge } from './bench.ts';
import { type SeenOutcome, isOfKubeProxy } from './seen-outcome.ts';

const SOURCE = /\b(MASQUERADE|SNAT|masquerade|snat)\b/;

/**
 * Whether the source of packets to a promised endpoint was replaced or kept as promised. Another program that replaces it where
 * kube-proxy keeps it (a CNI for what leaves the pod network) is its own business.
 */
export function judgeSource(bench: Bench, { outcome, promised, target }: SeenOutcome): Discrepancy[] {
  if (promised === undefined || target === undefined) return [];
  if (outcome.result !== 'delivered' && outcome.result !== 'unroutable') return [];
  const wanted = bench.expectation.sourceNat[promised] ?? 'either';
  const share = outcome.probability;
  if (wanted === 'either' || share[0] <= 0) return [];
  const to = formatAddressPort(target.address, target.port);
  if (wanted === 'masquerade') {
    if (outcome.sourceNat !== 'none' || outcome.result === 'unroutable') return [];
    // A rule that could not be decided may have masked what replaces the source.
    if (outcome.unknowns.length > 0) return [];
    const summary = `the source of packets to ${to} is kept, although the reply needs it replaced`;
    return [
      charge(bench, {
        kind: 'masquerade-missing',
        share,
        endpoint: target,
        summary,
        ...markRule(bench, outcome, target),
      }),
    ];
  }
  const rule = outcome.translatedBy.findLast((each) => SOURCE.test(each.rule));
  if (outcome.sourceNat === 'none' || rule === undefined || !isOfKubeProxy(rule)) return [];
  const summary = `the source of packets to ${to} is replaced, although it should be kept`;
  return [charge(bench, { kind: 'masquerade-unwanted', share, endpoint: target, at: rule, summary })];
}

/** The chain of the Service that should have marked the packet. */
function markRule(
  { world, node, mode, expectation }: Bench,
  { translatedBy }: SeenOutcome['outcome'],
  target: Endpoint,
): Partial<Pick<Discrepancy, 'at'>> {
  const isSelf = expectation.vantage.address === target.address;
  const rules = world.nodeStates.get(node);
  const place =
    rules && mode === 'nftables'
      ? findMasquerade(rules, expectation.frontend, isSelf ? target : undefined)
      : undefined;
  if (place) return { at: { ...place, node } };
  const path = translatedBy.filter((rule) => rule.node === node && isOfKubeProxy(rule));
  // A client that is its own endpoint is marked where the endpoint's chain begins.
  const own = isSelf ? path.at(-1) : undefined;
  if (own?.chain.startsWith('KUBE-SEP-') || own?.chain.startsWith('endpoint-')) return { at: own };
  const at =
    path.find(({ chain }) => /^(KUBE-(EXT|XLB|SV[CL])-|external-|service-|local-)/.test(chain)) ?? path[0];
  return at ? { at } : {};
}
