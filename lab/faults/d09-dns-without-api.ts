import { apply, remove } from '../cluster/api.ts';
import { corednsBinding } from '../cluster/coredns.ts';
import { everyMode, type Fault } from './fault.ts';
import { installCorefile, restoreDns } from './planting/dns.ts';

/** CoreDNS may not list Services. */
export const dnsWithoutApi: Fault = {
  name: 'd09-dns-without-api',
  causes: ['D09', 'D06'],
  modes: everyMode,
  text: 'The ClusterRoleBinding of CoreDNS is gone and CoreDNS was restarted: it may not list Services, and is not Ready.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod/u, to: /^name/u, expect: 'fails' },
    { from: /^pod/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await remove(corednsBinding);
    await installCorefile(lab);
  },
  heal: async (lab) => {
    await apply([corednsBinding]);
    await restoreDns(lab);
  },
};
