import type { Check } from '../check.ts';
import { egressAdmits } from './egress-admits.ts';
import { policiesEnforced } from './enforced.ts';
import { ingressAdmits } from './ingress-admits.ts';

/** Checks of NetworkPolicies. */
export const policyChecks: readonly Check[] = [ingressAdmits, egressAdmits, policiesEnforced];
