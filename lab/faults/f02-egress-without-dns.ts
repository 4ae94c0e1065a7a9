import { apply, remove } from '../cluster/api.ts';
import { everyMode, type Fault } from './fault.ts';
import { enforcePolicy, networkPolicy, stopEnforcing } from './planting/policies.ts';

const policy = networkPolicy('clients-only-to-shop', {
  podSelector: { matchLabels: { role: 'client' } },
  policyTypes: ['Egress'],
  egress: [{ to: [{ podSelector: {} }] }],
});

/** An egress policy lets clients reach the pods of their namespace, and forgets DNS. */
export const egressWithoutDns: Fault = {
  name: 'f02-egress-without-dns',
  causes: ['F02'],
  modes: everyMode,
  text: 'NetworkPolicy `clients-only-to-shop` lets the client pods reach pods of `shop` only: names cannot be looked up, addresses work.',
  service: 'web',
  verdicts: ['broken', 'degraded'],
  shows: [
    { from: /^pod/u, to: /^name/u, expect: 'fails' },
    { from: /^pod/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await apply([policy]);
    const dns = await lab.pods('kube-system', 'k8s-app=kube-dns');
    for (const node of lab.nodes) {
      const client = (await lab.podNamed('shop', node.name.replace('node-', 'client-')))?.address ?? '';
      const comment = '-m comment --comment "shop/clients-only-to-shop"';
      const rules = dns.map((p) => `-s ${client} -d ${p.address} ${comment} -j DROP`);
      await enforcePolicy(lab, node.name, rules);
    }
  },
  heal: async (lab) => {
    await remove(policy);
    await stopEnforcing(lab);
  },
};
