import { corefile } from '../cluster/coredns.ts';
import { everyMode, type Fault } from './fault.ts';
import { installCorefile, restoreDns } from './planting/dns.ts';

/** CoreDNS serves another zone than kubelet writes into resolv.conf. */
export const wrongClusterDomain: Fault = {
  name: 'd03-wrong-cluster-domain',
  causes: ['D03', 'D10'],
  modes: everyMode,
  text: 'The Corefile serves `kubernetes corp.local`; pods search `cluster.local`. Names are not found, addresses work.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod/u, to: /^name/u, expect: 'fails' },
    { from: /^pod/u, to: /^web$/u, expect: 'works' },
  ],
  plant: (lab) => installCorefile(lab, corefile.replace('kubernetes cluster.local', 'kubernetes corp.local')),
  heal: (lab) => restoreDns(lab),
};
