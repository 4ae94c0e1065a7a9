import type { Outcome } from '../dataplane/walk/trace.ts';
import { findEntry } from '../kubeproxy/find-entry.ts';
import { formatAddressPort } from '../model/address.ts';
import type { Discrepancy } from './discrepancy.ts';
import { frontendText } from './group-discrepancies.ts';
import { type Bench, charge } from './bench.ts';
import { isOfKubeProxy, seeOutcome } from './seen-outcome.ts';

/** Where outcomes differ from the promise that nobody answers. */
export function judgeDenial(bench: Bench, outcomes: readonly Outcome[]): Discrepancy[] {
  return outcomes.flatMap((outcome) => (outcome.probability[0] > 0 ? judge(bench, outcome) : []));
}

function judge(bench: Bench, outcome: Outcome): Discrepancy[] {
  const { expectation } = bench;
  const { frontend, anyDenial, outcome: promise } = expectation;
  const { result, decidedBy, probability: share, unknowns } = outcome;
  const text = frontendText(frontend);
  if (result === 'unknown') {
    const summary = unknowns[0]?.text ?? `what becomes of the packet on ${outcome.node}`;
    return [charge(bench, { kind: 'cannot-tell', node: outcome.node, share, summary, unknowns })];
  }
  const { target, translator } = seeOutcome(expectation, outcome);
  if (target !== undefined) {
    const isLost = anyDenial === true && outcome.replyReturns !== true;
    if (isLost || (translator !== undefined && !isOfKubeProxy(translator))) return [];
    const to = formatAddressPort(target.address, target.port);
    const why = expectation.because[0] ?? '';
    const summary = `forwards ${text} to ${to}${why === '' ? '' : `, although ${why}`}`;
    const at = translator ? { at: translator } : {};
    return [charge(bench, { kind: 'forwarded-although-none', share, endpoint: target, summary, ...at })];
  }
  if (anyDenial) return [];
  if (result === 'delivered' || result === 'unroutable') return [unanswered(bench, outcome)];
  const isKept = promise === 'refuse' ? result === 'rejected' : result === 'dropped';
  if (isKept || !isOfKubeProxy(decidedBy) || decidedBy === undefined) return [];
  const summary =
    promise === 'refuse'
      ? `drops ${text} in silence, although without endpoints it should refuse`
      : `refuses ${text}, although ${expectation.because[0] ?? 'it should drop'}`;
  const kind = promise === 'refuse' ? 'dropped' : 'refused-although-ready';
  return [charge(bench, { kind, share, summary, at: decidedBy })];
}

/** The packet passes as if the frontend did not exist. */
function unanswered(bench: Bench, outcome: Outcome): Discrepancy {
  const { world, node, mode, expectation } = bench;
  const rules = world.nodeStates.get(node);
  const missing = rules && findEntry(rules, mode, expectation.frontend).missing;
  const isIpvs = mode === 'ipvs' && missing !== undefined;
  const [first] = rules?.tables ?? [];
  const chain = mode === 'nftables' ? 'no-endpoint-services' : 'KUBE-SERVICES';
  const own = rules?.tables.find(
    ({ name, chains }) => name === 'kube-proxy' || (name === 'filter' && chains.has(chain)),
  );
  const table = own ?? first;
  const text = frontendText(expectation.frontend);
  const summary = `${node} has no rule that turns clients of ${text} away: they hang instead`;
  return charge(bench, {
    kind: 'frontend-missing',
    share: outcome.probability,
    summary,
    ...(isIpvs
      ? { at: { ...missing, node } }
      : table === undefined
        ? {}
        : {
            at: {
              node,
              family: table.family,
              table: table.name,
              chain,
              rule: `no rule for ${text}`,
              source: table.source,
              line: table.chains.get(chain)?.line ?? 0,
            },
          }),
  });
}
