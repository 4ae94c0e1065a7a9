import type { Check } from './check.ts';
import { kubeProxyChecks } from './kube-proxy/index.ts';
import { nodeChecks } from './node/index.ts';

/** Every check, area by area. */
export const checks: readonly Check[] = [...kubeProxyChecks, ...nodeChecks];
