import type { RuleReference } from '../dataplane/walk/trace.ts';
import type { PassedRule } from '../kubeproxy/way/station.ts';
import { wayTo } from '../kubeproxy/way/way-of.ts';
import { formatAddressPort } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import type { Discrepancy } from './discrepancy.ts';
import { type Bench, charge } from './bench.ts';
import { followWay, passedRules, wayClientOf } from './follow-way.ts';
import { type SeenOutcome, isOfKubeProxy } from './seen-outcome.ts';

/** iptables keeps probabilities as 31-bit fractions; the rounding of a long list adds up to less than this. */
const TOLERANCE = 1e-6;

/** Endpoints that get no connections, or more or less than their equal share, wherever their packets end. */
export function judgeShares(bench: Bench, seen: readonly SeenOutcome[]): Discrepancy[] {
  const { endpoints } = bench.expectation;
  const shares = endpoints.map(() => ({ min: 0, max: 0 }));
  let toOthers = 0;
  let unknown = 0;
  let sent = 0;
  for (const { outcome, promised, target } of seen) {
    const [min, max] = outcome.probability;
    const share = promised === undefined ? undefined : shares[promised];
    if (share) {
      share.min += min;
      share.max += max;
    } else if (target) toOthers += max;
    if (outcome.result === 'unknown' && target === undefined) unknown += max;
    if (target) sent += max;
  }
  const isShadowed = seen.some(({ translator }) => translator && !isOfKubeProxy(translator));
  if (sent <= TOLERANCE || isShadowed) return [];
  const missing = endpoints.filter((_, index) => (shares[index]?.max ?? 0) <= TOLERANCE);
  if (unknown > TOLERANCE) return [];
  if (missing.length > 0) {
    const passed = passedRules(bench);
    return missing.map((endpoint) => missingEndpoint(bench, seen, endpoint, passed));
  }
  if (toOthers > TOLERANCE) return [];
  const fair = 1 / endpoints.length;
  return endpoints.flatMap((endpoint, index) => {
    const { min = 0, max = 0 } = shares[index] ?? {};
    if (fair >= min - TOLERANCE && fair <= max + TOLERANCE) return [];
    const at = branchTo(seen, index);
    return [
      charge(bench, {
        kind: 'weight-wrong',
        share: [Math.abs(fair - min), Math.abs(fair - min)],
        endpoint,
        summary: `${formatAddressPort(endpoint.address, endpoint.port)} gets ${percent(min)} of connections instead of ${percent(fair)}`,
        ...(at ? { at } : {}),
      }),
    ];
  });
}

function missingEndpoint(
  bench: Bench,
  seen: readonly SeenOutcome[],
  endpoint: Endpoint,
  passed: readonly PassedRule[],
): Discrepancy {
  const { world, expectation, node, mode } = bench;
  const rules = world.nodeStates.get(node);
  const way = rules && wayTo(rules, mode, wayClientOf(bench), endpoint);
  const place = way && followWay(way, passed)?.at;
  const at = place ? { ...place, node } : seen.find(({ translator }) => translator)?.translator;
  const share = 1 / expectation.endpoints.length;
  return charge(bench, {
    kind: 'endpoint-missing',
    share: [share, share],
    endpoint,
    summary: `no connection goes to ${formatAddressPort(endpoint.address, endpoint.port)}${place ? `: ${place.chain}: ${place.rule}` : ''}`,
    ...(at ? { at } : {}),
    ...(place ? { owner: 'kube-proxy' } : {}),
  });
}

/** The rule that chooses this endpoint: the one before its own chain, or the server. */
function branchTo(seen: readonly SeenOutcome[], index: number): RuleReference | undefined {
  const { outcome, translator } = seen.find(({ promised }) => promised === index) ?? {};
  const path = outcome?.translatedBy.filter((rule) => isOfKubeProxy(rule)) ?? [];
  const branch = path.findLast(({ chain }) => /^(KUBE-SV[CL]-|KUBE-XLB-|service-|local-)/.test(chain));
  return branch ?? translator;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
