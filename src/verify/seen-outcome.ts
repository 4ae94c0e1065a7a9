import { ownerOf } from '../dataplane/walk/rule-owner.ts';
import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import type { Expectation } from '../intent/expectation.ts';
import type { Ip } from '../model/address.ts';
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
  const index = indexOf(endpoints, address, port);
  const unhinted =
    index === undefined ? hintedElsewhere[indexOf(hintedElsewhere, address, port) ?? -1] : undefined;
  const target = endpoints[index ?? -1] ??
    unhinted ?? {
      address,
      port,
      ...(outcome.pod === undefined ? {} : { pod: outcome.pod }),
    };
  const seen: { -readonly [K in keyof SeenOutcome]: SeenOutcome[K] } = { outcome, target };
  if (index !== undefined) seen.promised = index;
  if (unhinted !== undefined) seen.isHintedElsewhere = true;
  if (translator !== undefined) seen.translator = translator;
  return seen;
}

const places = new WeakMap<readonly Endpoint[], ReadonlyMap<Ip, readonly number[]>>();

/** Many clients are promised the very same list, and a Service may have thousands of endpoints. */
function indexOf(endpoints: readonly Endpoint[], address: Ip, port: number): number | undefined {
  let byAddress = places.get(endpoints);
  if (byAddress === undefined) {
    const made = new Map<Ip, number[]>();
    for (const [index, { address: each }] of endpoints.entries())
      made.set(each, [...(made.get(each) ?? []), index]);
    places.set(endpoints, (byAddress = made));
  }
  return byAddress.get(address)?.find((index) => endpoints[index]?.port === port);
}

/** Whose rule it is; undefined for what no program's rule decided (a bridge, a route, a kernel setting). */
export function ownerOfRule(rule: RuleReference | undefined): string | undefined {
  if (rule === undefined || KERNEL.has(rule.family)) return undefined;
  if (rule.family === 'ipvs') return 'kube-proxy';
  const { table, chain } = rule;
  const owner = ownerOf(table, chain);
  return owner === 'unknown' ? ownerOf(table, chain, rule.rule) : owner;
}

/** Whether kube-proxy wrote the rule or server. Its rules in built-in chains are jumps to its own. */
export function isOfKubeProxy(rule: RuleReference | undefined): boolean {
  return ownerOfRule(rule) === 'kube-proxy';
}
