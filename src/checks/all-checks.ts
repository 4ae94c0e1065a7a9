import type { Check } from './check.ts';
import { dnsChecks } from './dns/index.ts';
import { endpointsChecks } from './endpoints/index.ts';
import { externalChecks } from './external/index.ts';
import { kubeProxyChecks } from './kube-proxy/index.ts';
import { nodeChecks } from './node/index.ts';
import { policyChecks } from './policy/index.ts';
import { observedChecks } from './observed/index.ts';
import { rulesChecks } from './rules/index.ts';
import { serviceChecks } from './service/index.ts';

/** Every check, area by area, in the order in which an engineer would go through them. */
export const checks: readonly Check[] = [
  ...serviceChecks,
  ...dnsChecks,
  ...endpointsChecks,
  ...externalChecks,
  ...policyChecks,
  ...rulesChecks,
  ...nodeChecks,
  ...kubeProxyChecks,
  ...observedChecks,
];
