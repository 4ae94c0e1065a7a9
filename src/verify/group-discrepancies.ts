import { formatAddressPort } from '../model/address.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Frontend } from '../model/frontend.ts';
import { protocolName } from '../model/protocol.ts';
import type { Vantage } from '../model/vantage.ts';
import type { RuleReference } from '../dataplane/walk/trace.ts';
import type { Discrepancy, DiscrepancyKind, Verification } from './discrepancy.ts';

/** Discrepancies of one kind that one node is at fault for. */
export interface DiscrepancyGroup {
  readonly node: string;
  readonly owner: string;
  readonly discrepancies: readonly [Discrepancy, ...Discrepancy[]];
  /** `10.96.0.1:443/tcp`, each once, in order of appearance. */
  readonly frontends: readonly string[];
  /** Clients in words, each once. */
  readonly clients: readonly string[];
  /** The rules at fault, each once. */
  readonly at: readonly RuleReference[];
}

/** The discrepancies of `kinds` that are no lag, by the node at fault and the owner of the rule. */
export function groupDiscrepancies(
  verifications: readonly Verification[],
  kinds: readonly DiscrepancyKind[],
): DiscrepancyGroup[] {
  const groups = new Map<string, Discrepancy[]>();
  for (const { discrepancies } of verifications) {
    for (const discrepancy of discrepancies) {
      if (!kinds.includes(discrepancy.kind) || discrepancy.isLag) continue;
      const key = `${discrepancy.node} ${discrepancy.owner ?? ''}`;
      groups.set(key, [...(groups.get(key) ?? []), discrepancy]);
    }
  }
  return [...groups.values()].flatMap(([first, ...rest]) => (first ? [describe([first, ...rest])] : []));
}

function describe(discrepancies: readonly [Discrepancy, ...Discrepancy[]]): DiscrepancyGroup {
  const at = new Map<string, RuleReference>();
  for (const { at: rule } of discrepancies)
    if (rule) at.set(`${rule.source} ${rule.line} ${rule.rule}`, rule);
  return {
    node: discrepancies[0].node,
    owner: discrepancies[0].owner ?? 'unknown',
    discrepancies,
    frontends: [...new Set(discrepancies.map(({ expectation }) => frontendText(expectation.frontend)))],
    clients: [...new Set(discrepancies.map(({ expectation }) => clientText(expectation.vantage)))],
    at: [...at.values()],
  };
}

/** `10.96.41.7:80/tcp`. */
export function frontendText(frontend: Frontend): string {
  return `${formatAddressPort(frontend.address, frontend.port)}/${protocolName(frontend.protocol)}`;
}

/** The client in words: `pod on node-a`, `pod shop/solo-1 itself`, `node-a`, `outside at node-a`. */
export function clientText(vantage: Vantage): string {
  switch (vantage.kind) {
    case 'pod':
      return vantage.pod === undefined ? `pod on ${vantage.node}` : `pod ${vantage.pod} on ${vantage.node}`;
    case 'node':
      return vantage.node;
    case 'external':
      return `outside at ${vantage.node}`;
  }
}

/** A rule as evidence: where it stands and its text. */
export function ruleEvidence(rule: RuleReference): Evidence {
  return {
    source: rule.source,
    ...(rule.line > 0 ? { location: `line ${rule.line}` } : {}),
    text: rule.rule,
  };
}
