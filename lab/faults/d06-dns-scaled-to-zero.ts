import { apply, patch } from '../cluster/api.ts';
import { corednsObjects } from '../cluster/coredns.ts';
import { everyMode, type Fault } from './fault.ts';

/** CoreDNS has no replicas. */
export const dnsScaledToZero: Fault = {
  name: 'd06-dns-scaled-to-zero',
  causes: ['D06'],
  modes: everyMode,
  text: 'Deployment `coredns` is scaled to 0 replicas: every lookup is refused.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod/u, to: /^name/u, expect: 'fails' },
    { from: /^pod/u, to: /^web$/u, expect: 'works' },
  ],
  plant: () =>
    patch('Deployment', 'kube-system', 'coredns', { spec: { replicas: 0 } }, { apiVersion: 'apps/v1' }),
  heal: async (lab) => {
    await apply(corednsObjects(lab.layout));
    await lab.untilPodsReady(90_000);
  },
};
