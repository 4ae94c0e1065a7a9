import type { RuleMiss } from '../policy/admit-rule.ts';
import type { Policy } from '../policy/policy.ts';
import { ruleEvidence } from '../verify/group-discrepancies.ts';
import { findPolicyEngine } from '../world/find-policy-engine.ts';
import type { NetworkPolicy } from '../world/kubernetes/objects.ts';
import { withoutOwnerDrops } from '../world/repair/node-state.ts';
import type { World } from '../world/world.ts';
import { admittingCommand, admittingRule, withAdmittingRule } from './admitting-rule.ts';
import type { CheckInput, Problem } from './check.ts';
import type { RefusedClients } from './refused-clients.ts';

/** At most so many rules are shown as evidence. */
const SHOWN_RULES = 3;

/**
 * What to report of a refusal. An error where rules were seen to drop the packets, or an engine runs that works out of sight; a warning where no rules were read;
 * nothing where the packets pass.
 */
export function* refusalProblem(
  { world, subject }: CheckInput,
  refused: RefusedClients,
  { summary, faults }: Pick<Problem, 'summary' | 'faults'>,
): Iterable<Problem> {
  const { refusal, drops, enforcement, share } = refused;
  if (enforcement === 'none') return;
  const rule = admittingRule(world, refused);
  const by = doubtOf(enforcement, findPolicyEngine(world)?.name);
  yield {
    severity: enforcement === 'unseen' ? 'warning' : 'error',
    subject: `Service ${subject.namespace}/${subject.name}`,
    summary: `${summary}${by}`,
    evidence: [
      ...refusal.policies.map((policy) => ({
        ...world.locate(policy as NetworkPolicy, `spec.${refusal.direction}`),
        text: `${policyNames([policy])}: ${refusal.direction} ${JSON.stringify(policy.spec[refusal.direction] ?? [])}`,
      })),
      ...drops.slice(0, SHOWN_RULES).map(ruleEvidence),
    ],
    remedy: {
      text: `add a rule that lets the clients ${refusal.direction === 'ingress' ? 'in' : 'out'}`,
      commands: rule ? [admittingCommand(rule)] : [],
    },
    ...(faults ? { faults } : {}),
    ...(enforcement === 'seen' ? {} : { share: [enforcement === 'hidden' ? share : 0, share] as const }),
    ...(enforcement === 'seen' && rule
      ? {
          repair: (before: World) => withoutOwnerDrops(withAdmittingRule(before, rule), drops),
        }
      : {}),
  };
}

function doubtOf(enforcement: RefusedClients['enforcement'], engine: string | undefined): string {
  if (enforcement === 'hidden')
    return engine === undefined
      ? ' (no rule of the nodes drops them, but their connections got no answer)'
      : ` (${engine} enforces it out of sight)`;
  return enforcement === 'unseen' ? ' (what enforces it was not seen)' : '';
}

/** `NetworkPolicy shop/a`, or `NetworkPolicies shop/a and shop/b`. */
export function policyNames(policies: readonly Policy[]): string {
  const names = policies.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
  return `${names.length === 1 ? 'NetworkPolicy' : 'NetworkPolicies'} ${names.join(' and ')}`;
}

/** The rule that admits these peers, but on another port, and whether that port is one of `servicePorts` and not the pod's; undefined where there is none. */
export function missedPort(
  { refusal: { misses }, endpoint }: Pick<RefusedClients, 'refusal' | 'endpoint'>,
  servicePorts: readonly (number | undefined)[],
): { readonly miss: RuleMiss; readonly isServicePort: boolean } | undefined {
  const miss = misses.find(({ ports, peer }) => ports && !peer);
  const admitted = miss?.ports?.split(/\D+/) ?? [];
  return (
    miss && {
      miss,
      isServicePort: servicePorts.some((port) => port !== endpoint.port && admitted.includes(String(port))),
    }
  );
}
