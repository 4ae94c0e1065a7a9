import { apply, remove } from '../cluster/api.ts';
import { everyMode, type Fault } from './fault.ts';
import { enforcePolicy, networkPolicy, stopEnforcing } from './planting/policies.ts';
import { podAddresses } from './planting/workload.ts';

const policy = networkPolicy('web-port-80', {
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Ingress'],
  ingress: [
    { from: [{ podSelector: { matchLabels: { role: 'client' } } }], ports: [{ protocol: 'TCP', port: 80 }] },
  ],
});

/** A policy admits the Service's port instead of the pods'. */
export const policyOnServicePort: Fault = {
  name: 'f03-policy-on-service-port',
  causes: ['F03', 'F01'],
  modes: everyMode,
  text: 'NetworkPolicy `web-port-80` admits the clients to port 80, the port of the Service; policies see the port of the pods, 8080.',
  service: 'web',
  verdicts: ['broken', 'degraded'],
  shows: [{ from: /^pod/u, to: /^web$/u, expect: 'fails', errors: ['timeout'] }],
  plant: async (lab) => {
    await apply([policy]);
    for (const [node, address] of await podAddresses(lab, 'web')) {
      const comment = '-m comment --comment "shop/web-port-80"';
      await enforcePolicy(lab, node, [
        `-d ${address} -p tcp -m tcp --dport 80 ${comment} -j RETURN`,
        `-d ${address} ${comment} -j DROP`,
      ]);
    }
  },
  heal: async (lab) => {
    await remove(policy);
    await stopEnforcing(lab);
  },
};
