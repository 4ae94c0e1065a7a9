import { describe } from 'vitest';
import { proveCheck } from '../prove-check-fixture.ts';
import { policiesEnforced } from './enforced.ts';
import { underPolicy, webPods, withoutPolicies } from './policy-fixture.ts';

describe('policy/enforced', () => {
  const closed = { ...webPods, policyTypes: ['Ingress'] };
  proveCheck(policiesEnforced, {
    healthy: underPolicy(closed, 'drop'),
    broken: underPolicy(closed, 'answered'),
    problem: {
      severity: 'info',

      summary: /NetworkPolicy shop\/p refuses clients that get through/,
    },
    blind: withoutPolicies(),
  });
});
