import { apply, remove } from '../cluster/api.ts';
import { everyMode, type Fault } from './fault.ts';
import { enforcePolicy, networkPolicy, stopEnforcing } from './planting/policies.ts';
import { podAddresses } from './planting/workload.ts';

const policy = networkPolicy('web-only-from-frontends', {
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Ingress'],
  ingress: [{ from: [{ podSelector: { matchLabels: { role: 'frontend' } } }], ports: [{ port: 8080 }] }],
});

/** An ingress policy selects the backends and admits no client there is. */
export const ingressPolicy: Fault = {
  name: 'f01-ingress-policy',
  causes: ['F01'],
  modes: everyMode,
  text: 'NetworkPolicy `web-only-from-frontends` admits only pods with `role: frontend` to `web`; the clients have `role: client`. The policy engine enforces it on every node.',
  service: 'web',
  verdicts: ['broken', 'degraded'],
  shows: [{ from: /^pod/u, to: /^web$/u, expect: 'fails', errors: ['timeout'] }],
  plant: async (lab) => {
    await apply([policy]);
    for (const [node, address] of await podAddresses(lab, 'web')) {
      const comment = '-m comment --comment "shop/web-only-from-frontends"';
      await enforcePolicy(lab, node, [`-d ${address} ${comment} -j DROP`]);
    }
  },
  heal: async (lab) => {
    await remove(policy);
    await stopEnforcing(lab);
  },
};
