import { everyMode, type Fault } from './fault.ts';
import { replaceClient } from './planting/workload.ts';

/** A pod asks the node's resolver. */
export const podUsesNodeDns: Fault = {
  name: 'd05-pod-uses-node-dns',
  causes: ['D05'],
  modes: everyMode,
  text: 'Pod `client-a` has dnsPolicy Default: it asks the resolver of its node, which knows no Service.',
  service: 'web',
  words: '--from-pod client-a',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^pod on node-a/u, to: /^name/u, expect: 'fails' },
    { from: /^pod on node-[bc]/u, to: /^name/u, expect: 'works' },
  ],
  plant: (lab) => replaceClient(lab, { dnsPolicy: 'Default' }),
  heal: (lab) => replaceClient(lab, {}),
};
