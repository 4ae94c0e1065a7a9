import { matchesLabelSelector } from '../model/label-selector.ts';
import { admitRule, type RuleMiss } from './admit-rule.ts';
import type { Policy, PolicyConnection, PolicyDirection, PolicyPeer, PolicyPort } from './policy.ts';

/** Whether policies let a connection through. `unknown` where labels that decide were not read. */
export interface Admission {
  readonly isAdmitted: boolean | 'unknown';
  /** Why not, where `isAdmitted` is false: for the client's side, the server's, or both. */
  readonly refusals: readonly Refusal[];
}

/** A side of a connection that policies select and none lets through. */
export interface Refusal {
  readonly direction: PolicyDirection;
  /** All policies that select the pod for this direction. */
  readonly policies: readonly Policy[];
  /** What each rule of them lacks; empty where they have no rule at all. */
  readonly misses: readonly RuleMiss[];
}

/**
 * Whether `policies` admit `connection`: out of the client and into the server. A pod that no policy selects for a direction is open there; one that is
 * selected needs a rule that admits. *Limits:* connections that exist already, and what a policy engine adds of its own, are not seen.
 * *Source:* kubernetes.io/docs/concepts/services-networking/network-policies.
 */
export function admitConnection(policies: readonly Policy[], connection: PolicyConnection): Admission {
  const sides = [admitSide(policies, connection, 'egress'), admitSide(policies, connection, 'ingress')];
  const refusals = sides.flatMap((side) => (typeof side === 'object' ? [side] : []));
  if (refusals.length > 0) return { isAdmitted: false, refusals };
  return { isAdmitted: sides.includes('unknown') ? 'unknown' : true, refusals };
}

/** The policies that select the end of `connection` which `direction` is about. */
function policiesOn(
  policies: readonly Policy[],
  { client, server }: Pick<PolicyConnection, 'client' | 'server'>,
  direction: PolicyDirection,
): Policy[] {
  const { pod } = direction === 'ingress' ? server : client;
  if (pod === undefined) return [];
  return policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace &&
      typesOf(spec).includes(direction) &&
      matchesLabelSelector(spec.podSelector ?? {}, pod.labels),
  );
}

/** Every policy is about ingress unless it says otherwise, and about egress where it has rules for it. */
function typesOf({ policyTypes, egress = [] }: Policy['spec']): PolicyDirection[] {
  const told = policyTypes?.map((type) => type.toLowerCase() as PolicyDirection) ?? [];
  if (told.length > 0) return told;
  return egress.length > 0 ? ['ingress', 'egress'] : ['ingress'];
}

/** The rules of `policy` for `direction`; `peers` undefined or empty: anybody. */
export function rulesOf(
  { spec }: Policy,
  direction: PolicyDirection,
): { readonly peers?: readonly PolicyPeer[]; readonly ports?: readonly PolicyPort[] }[] {
  const rules =
    direction === 'ingress'
      ? (spec.ingress ?? []).map(({ from, ports }) => [from, ports] as const)
      : (spec.egress ?? []).map(({ to, ports }) => [to, ports] as const);
  return rules.map(([peers, ports]) => ({ ...(peers ? { peers } : {}), ...(ports ? { ports } : {}) }));
}

function admitSide(
  policies: readonly Policy[],
  connection: PolicyConnection,
  direction: PolicyDirection,
): true | 'unknown' | Refusal {
  const selecting = policiesOn(policies, connection, direction);
  if (selecting.length === 0) return true;
  const misses: RuleMiss[] = [];
  let isOpen = false;
  for (const policy of selecting) {
    for (const [index, rule] of rulesOf(policy, direction).entries()) {
      const answer = admitRule({ policy, index, ...rule }, connection, direction);
      if (answer === true) return true;
      if (answer === 'unknown') isOpen = true;
      else misses.push(answer);
    }
  }
  return isOpen ? 'unknown' : { direction, policies: selecting, misses };
}
