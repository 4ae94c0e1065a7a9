import { ownerOf } from '../dataplane/walk/rule-owner.ts';
import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import type { Expectation } from '../intent/expectation.ts';
import type { Endpoint } from '../model/frontend.ts';

/** An end of the walk as the promise sees it. */
export interface SeenOutcome {
  readonly outcome: Outcome;
  /** Index of the promised endpoint that the packet is for after translation; undefined where it is none. */
  readonly promised?: number;
  /** The packet is for a ready endpoint that hints keep for clients elsewhere. */
  readonly isHintedElsewhere?: true;
  /** Where the packet is for; undefined where nothing translated it. */
  readonly target?: Endpoint;
  /** The last rule or server that translated the destination. */
  readonly translator?: RuleReference;
}

/** In the text of a rule that replaces the source of packets. */
export const REPLACES_SOURCE: RegExp = /\b(MASQUERADE|SNAT|masquerade|snat)\b/;

const KERNEL = new Set(['bridge', 'sysctl', 'route', 'conntrack', '']);

/** Reads `outcome` against `expectation`. */
export function seeOutcome(
  { frontend, endpoints, hintedElsewhere = [] }: Expectation,
  outcome: Outcome,
): SeenOutcome {
  const { destination, translatedDestinationBy: translator } = outcome;
  const { address, port = frontend.port } = destination;
  const isElsewhere = address !== frontend.address || port !== frontend.port;
  if (translator === undefined && !isElsewhere) return { outcome };
  const isIt = (each: Endpoint): boolean => each.address === address && each.port === port;
  const index = endpoints.findIndex(isIt);
  const unhinted = index < 0 ? hintedElsewhere.find(isIt) : undefined;
  const target = endpoints[index] ??
    unhinted ?? {
      address,
      port,
      ...(outcome.pod === undefined ? {} : { pod: outcome.pod }),
    };
  return {
    outcome,
    target,
    ...(index < 0 ? {} : { promised: index }),
    ...(unhinted ? { isHintedElsewhere: true } : {}),
    ...(translator ? { translator } : {}),
  };
}

/** Whose rule it is; undefined for what no program's rule decided (a bridge, a route, a kernel setting). */
export function ownerOfRule(rule: RuleReference | undefined): string | undefined {
  if (rule === undefined || KERNEL.has(rule.family)) return undefined;
  if (rule.family === 'ipvs') return 'kube-proxy';
  return ownerOf(rule.table, rule.chain, rule.rule);
}

/** Whether kube-proxy wrote the rule or server. Its rules in built-in chains are jumps to its own. */
export function isOfKubeProxy(rule: RuleReference | undefined): boolean {
  return ownerOfRule(rule) === 'kube-proxy';
}
