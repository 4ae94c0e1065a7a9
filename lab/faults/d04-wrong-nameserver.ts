import { everyMode, type Fault } from './fault.ts';
import { replaceClient } from './planting/workload.ts';

const dnsConfig = (nameserver: string): object => ({
  nameservers: [nameserver],
  searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
  options: [{ name: 'ndots', value: '5' }],
});

/** A pod's nameserver is not the DNS Service. */
export const wrongNameserver: Fault = {
  name: 'd04-wrong-nameserver',
  causes: ['D04', 'D05'],
  modes: everyMode,
  text: 'The resolv.conf of pod `client-a` names an address of the range of Services that no Service has.',
  service: 'web',
  words: '--from-pod client-a',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod on node-a/u, to: /^name/u, expect: 'fails' },
    { from: /^pod on node-[bc]/u, to: /^name/u, expect: 'works' },
  ],
  plant: (lab) =>
    replaceClient(lab, { dnsPolicy: 'None', dnsConfig: dnsConfig(lab.layout.dns.replace(/.$/u, '53')) }),
  heal: (lab) => replaceClient(lab, {}),
};
