import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import { formatAddressPort } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import { answeredByNode } from './answered-by-node.ts';
import { type Bench, type Charge, charge } from './bench.ts';
import type { Discrepancy } from './discrepancy.ts';
import { kindOfEnd, refusedAt, withRule, wordOf } from './describe-end.ts';
import { frontendText } from './group-discrepancies.ts';
import { judgeShares } from './judge-shares.ts';
import { judgeSource } from './judge-source.ts';
import { ledAstray } from './led-astray.ts';
import { judgeUntranslated } from './judge-untranslated.ts';
import { type SeenOutcome, isOfKubeProxy } from './seen-outcome.ts';
import { unknownOf } from './why-blind.ts';

/** Where outcomes differ from the promise of endpoints. */
export function judgePromise(bench: Bench, seen: readonly SeenOutcome[]): Discrepancy[] {
  const found = [
    ...judgeShares(bench, seen),
    ...seen.flatMap((each) => judgeOutcome(bench, each, seen)),
    ...seen.flatMap((each) => judgeSource(bench, each)),
  ];
  const missing = new Set<string>();
  return found.filter(({ kind, endpoint }) => {
    if (kind !== 'endpoint-missing' || endpoint === undefined) return true;
    const text = formatAddressPort(endpoint.address, endpoint.port);
    return !missing.has(text) && missing.add(text);
  });
}

function judgeOutcome(bench: Bench, seen: SeenOutcome, all: readonly SeenOutcome[]): Discrepancy[] {
  const { outcome, promised, target, translator, isHintedElsewhere = false } = seen;
  const { result, probability: share, unknowns } = outcome;
  if (share[1] <= 0) return [];
  // What a packet was translated to is known, whatever becomes of it on its further way.
  if (result === 'unknown' && (target === undefined || promised !== undefined || isHintedElsewhere))
    return [cannotTell(bench, outcome)];
  const answered = answeredByNode(bench, outcome);
  if (answered === true) return outcome.replyReturns === true ? [] : [cannotTell(bench, outcome)];
  if (answered !== false)
    return [
      { ...cannotTell(bench, outcome), unknowns: [unknownOf(answered)], summary: unknownOf(answered).text },
    ];
  const isSure = share[0] > 0;
  const found =
    target === undefined
      ? judgeUntranslated(bench, outcome, all)
      : promised === undefined && !isHintedElsewhere
        ? judgeElsewhere(bench, target, translator)
        : (judgeArrival(bench, outcome, target) ??
          (isHintedElsewhere ? judgeUnhinted(bench, target, translator) : undefined));
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
function judgeArrival(bench: Bench, outcome: Outcome, target: Endpoint): Charge | undefined {
  const { result, decidedBy, replyReturns, replyLostBy } = outcome;
  if (result === 'delivered' && replyReturns === true) return undefined;
  const endpoint = { endpoint: target };
  const text = formatAddressPort(target.address, target.port);
  if (result === 'delivered') {
    if (replyReturns === 'unknown') {
      return {
        kind: 'cannot-tell',
        node: outcome.node,
        summary: `whether the reply of ${text} comes back`,
        ...endpoint,
      };
    }
    const summary = `the reply of ${text} does not come back the way it went`;
    const node = replyLostBy?.node ?? outcome.node;
    return { kind: 'reply-lost', node, summary, ...endpoint, ...withRule(replyLostBy) };
  }
  const how = `${outcome.node} ${wordOf(outcome)} packets to ${text}`;
  const at = refusedAt(bench, decidedBy);
  return { kind: kindOfEnd(outcome), node: outcome.node, summary: how, ...endpoint, ...withRule(at) };
}

function judgeElsewhere(bench: Bench, target: Endpoint, translator: RuleReference | undefined): Charge {
  const text = formatAddressPort(target.address, target.port);
  if (translator === undefined || isOfKubeProxy(translator)) {
    const summary = `sends ${frontendText(bench.expectation.frontend)} to ${text}, which is no endpoint`;
    return {
      kind: 'endpoint-stale',
      summary,
      endpoint: target,
      ...withRule(ledAstray(bench, target, translator)),
    };
  }
  const summary = `a rule that is not kube-proxy’s sends ${frontendText(bench.expectation.frontend)} to ${text}`;
  return { kind: 'shadowed', summary, endpoint: target, at: translator };
}

/** The packet gets to an endpoint that hints keep for clients elsewhere, and the reply back. */
function judgeUnhinted(bench: Bench, target: Endpoint, translator: RuleReference | undefined): Charge {
  const { frontend } = bench.expectation;
  return {
    kind: 'hints-ignored',
    summary: `sends ${frontendText(frontend)} to ${formatAddressPort(target.address, target.port)}, which hints keep for clients elsewhere`,
    endpoint: target,
    ...withRule(ledAstray(bench, target, translator)),
  };
}
