import type { NetworkPolicy } from '../../world/kubernetes/objects.ts';
import { type Check, defineCheck } from '../check.ts';
import { policyNames } from '../policy-refusal.ts';
import { refusedClients } from '../refused-clients.ts';

/** NetworkPolicies refuse clients whose packets pass all the same: nothing was seen that enforces them. */
export const policiesEnforced: Check = defineCheck({
  id: 'policy/enforced',
  asserts: 'what NetworkPolicies refuse is refused',
  faults: ['F12'],
  needs: ['service', 'networkPolicies', 'pods', 'verifications'],
  *run(input) {
    for (const direction of ['ingress', 'egress'] as const) {
      for (const { refusal, enforcement } of refusedClients(input, direction)) {
        if (enforcement !== 'none') continue;
        yield {
          severity: 'info',
          subject: `Service ${input.subject.namespace}/${input.subject.name}`,
          summary: `${policyNames(refusal.policies)} refuses clients that get through: no program that enforces policies was seen`,
          evidence: refusal.policies.map((policy) => ({
            ...input.world.locate(policy as NetworkPolicy, 'spec.podSelector'),
            text: `${policyNames([policy])} selects the ${direction === 'ingress' ? 'Service’s pods' : 'clients'} for ${direction}`,
          })),
          remedy: {
            text: 'install a network plugin that enforces NetworkPolicies, or remove the policy',
            commands: [],
          },
        };
      }
    }
  },
});
