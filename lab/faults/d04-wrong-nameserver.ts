import { everyMode, type Fault } from './fault.ts';
import { replaceClient } from './planting/workload.ts';

const dnsConfig = {
  nameservers: ['10.96.0.53'],
  searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
  options: [{ name: 'ndots', value: '5' }],
};

/** A pod's nameserver is not the DNS Service. */
export const wrongNameserver: Fault = {
  name: 'd04-wrong-nameserver',
  causes: ['D04', 'D05'],
  modes: everyMode,
  text: 'The resolv.conf of pod `client-a` names 10.96.0.53; the DNS Service is 10.96.0.10.',
  service: 'web',
  words: '--from-pod client-a',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod on node-a/u, to: /^name/u, expect: 'fails' },
    { from: /^pod on node-[bc]/u, to: /^name/u, expect: 'works' },
  ],
  plant: (lab) => replaceClient(lab, { dnsPolicy: 'None', dnsConfig }),
  heal: (lab) => replaceClient(lab, {}),
};
