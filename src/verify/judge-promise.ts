import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import { findEntry } from '../kubeproxy/find-entry.ts';
import { formatAddressPort } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import { type Bench, type Charge, charge } from './bench.ts';
import type { Discrepancy, DiscrepancyKind } from './discrepancy.ts';
import { frontendText } from './group-discrepancies.ts';
import { findUntracking } from './find-untracking.ts';
import { judgeShares } from './judge-shares.ts';
import { judgeSource } from './judge-source.ts';
import { type SeenOutcome, isOfKubeProxy, seeOutcome } from './seen-outcome.ts';

/** Where outcomes differ from the promise of endpoints. */
export function judgePromise(bench: Bench, outcomes: readonly Outcome[]): Discrepancy[] {
  const seen = outcomes.map((outcome) => seeOutcome(bench.expectation, outcome));
  const found = [
    ...judgeShares(bench, seen),
    ...seen.flatMap((each) => judgeOutcome(bench, each)),
    ...seen.flatMap((each) => judgeSource(bench, each)),
  ];
  return found.filter(
    (each, index) =>
      each.kind !== 'endpoint-missing' || found.findIndex((other) => isSameMissing(each, other)) === index,
  );
}

function isSameMissing(a: Discrepancy, b: Discrepancy): boolean {
  return (
    a.kind === b.kind && a.endpoint?.address === b.endpoint?.address && a.endpoint?.port === b.endpoint?.port
  );
}

function judgeOutcome(bench: Bench, seen: SeenOutcome): Discrepancy[] {
  const { outcome, promised, target, translator } = seen;
  const { result, probability: share, unknowns } = outcome;
  if (share[1] <= 0) return [];
  if (result === 'unknown') return [cannotTell(bench, outcome)];
  const isSure = share[0] > 0;
  const found =
    target === undefined
      ? judgeUntranslated(bench, outcome)
      : promised === undefined
        ? judgeElsewhere(bench, target, translator)
        : judgeArrival(outcome, target);
  if (found === undefined) return [];
  if (found.kind === 'cannot-tell' || isSure) return [charge(bench, { share, unknowns, ...found })];
  const at = found.at ? { at: found.at } : {};
  return [{ ...cannotTell(bench, outcome), summary: `maybe: ${found.summary}`, ...at }];
}

function cannotTell(bench: Bench, outcome: Outcome): Discrepancy {
  const [first] = outcome.unknowns;
  return charge(bench, {
    kind: 'cannot-tell',
    node: outcome.node,
    share: outcome.probability,
    summary: first?.text ?? `what becomes of the packet on ${outcome.node}`,
    unknowns: outcome.unknowns,
  });
}

/** The packet is on its way to an endpoint that was promised: does it get there, and the reply back? */
function judgeArrival(outcome: Outcome, target: Endpoint): Charge | undefined {
  const { result, decidedBy, replyReturns, replyLostBy } = outcome;
  const endpoint = { endpoint: target };
  const text = formatAddressPort(target.address, target.port);
  if (result === 'delivered') {
    if (replyReturns === true) return undefined;
    if (replyReturns === 'unknown') {
      return {
        kind: 'cannot-tell',
        node: outcome.node,
        summary: `whether the reply of ${text} comes back`,
        ...endpoint,
      };
    }
    const summary = `the reply of ${text} does not come back the way it went`;
    return { kind: 'reply-lost', node: outcome.node, summary, ...endpoint, ...withRule(replyLostBy) };
  }
  const how = `${outcome.node} ${wordOf(outcome)} packets to ${text}`;
  return { kind: kindOfEnd(outcome), node: outcome.node, summary: how, ...endpoint, ...withRule(decidedBy) };
}

function judgeElsewhere(bench: Bench, target: Endpoint, translator: RuleReference | undefined): Charge {
  const text = formatAddressPort(target.address, target.port);
  if (translator === undefined || isOfKubeProxy(translator)) {
    const summary = `sends ${frontendText(bench.expectation.frontend)} to ${text}, which is no endpoint`;
    return { kind: 'endpoint-stale', summary, endpoint: target, ...withRule(translator) };
  }
  const summary = `a rule that is not kube-proxy’s sends ${frontendText(bench.expectation.frontend)} to ${text}`;
  return { kind: 'shadowed', summary, endpoint: target, at: translator };
}

/** Nothing translated the packet, although the promise needs it. */
function judgeUntranslated(bench: Bench, outcome: Outcome): Charge {
  const { expectation, world, node, mode } = bench;
  const { decidedBy } = outcome;
  const text = frontendText(expectation.frontend);
  const rules = world.nodeStates.get(node);
  const entry = rules && findEntry(rules, mode, expectation.frontend);
  const missing = entry?.missing && { ...entry.missing, node };
  if (refusesOnPurpose(decidedBy)) {
    const summary = `${node} ${wordOf(outcome)} ${text} although endpoints are ready`;
    // All that is refused ends in one chain: what leads there is at fault.
    const at = decidedBy?.chain === 'reject-chain' && missing ? missing : decidedBy;
    return { kind: 'refused-although-ready', summary, ...withRule(at) };
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
  for (const endpoint of rules ? expectation.endpoints : []) {
    const lacking = rules && findEntry(rules, mode, expectation.frontend, endpoint).missing;
    if (lacking === undefined) continue;
    const summary = `${node} loses packets to ${text} where they should go to ${formatAddressPort(endpoint.address, endpoint.port)}: ${lacking.chain}: ${lacking.rule}`;
    return { kind: 'endpoint-missing', endpoint, summary, at: { ...lacking, node }, owner: 'kube-proxy' };
  }
  const isForeign = decidedBy !== undefined && !isOfKubeProxy(decidedBy);
  if (isForeign && outcome.result !== 'delivered') {
    const summary = `${outcome.node} ${wordOf(outcome)} packets to ${text}`;
    return { kind: kindOfEnd(outcome), node: outcome.node, summary, at: decidedBy };
  }
  const summary = `${node} does not translate packets of this client to ${text}, although it has rules for it`;
  return {
    kind: 'frontend-missing',
    summary,
    ...withRule(entry?.chain ? { ...entry.chain, node } : decidedBy),
  };
}

/** kube-proxy's own rules that turn clients away because it knows no endpoint or does not allow the source. */
function refusesOnPurpose(rule: RuleReference | undefined): boolean {
  if (rule === undefined || !isOfKubeProxy(rule)) return false;
  if (rule.family === 'ipvs') return true;
  if (rule.table === 'kube-proxy')
    return /^(reject-chain|service-endpoints-check|nodeport-endpoints-check|endpoints-check|firewall-)/.test(
      rule.chain,
    );
  return /^KUBE-(SERVICES|EXTERNAL-SERVICES|PROXY-FIREWALL|SOURCE-RANGES-FIREWALL|FIREWALL|FW-.*)$/.test(
    rule.chain,
  );
}

function kindOfEnd({ result, decidedBy }: Outcome): DiscrepancyKind {
  if (result === 'unroutable' || decidedBy?.family === 'route') return 'unreachable';
  return isOfKubeProxy(decidedBy) ? 'refused-although-ready' : 'dropped';
}

function wordOf({ result, decidedBy }: Outcome): string {
  if (result === 'unroutable' || decidedBy?.family === 'route') return 'has no way for';
  return result === 'rejected' ? 'refuses' : 'drops';
}

function withRule(rule: RuleReference | undefined): { at?: RuleReference } {
  return rule === undefined ? {} : { at: rule };
}
