import { everyMode, type Fault } from './fault.ts';

/** A node has no route to the pods of another. */
export const podRouteMissing: Fault = {
  name: 'n10-pod-route-missing',
  causes: ['N10'],
  modes: everyMode,
  text: 'node-a has no route to 10.244.3.0/24, the pods of node-c: a third of its connections leaves by the default route and is lost.',
  service: 'web',
  verdicts: ['degraded'],
  nodes: ['node-a'],
  ask: { options: { tries: 12, timeoutMs: 1000 } },
  shows: [
    { from: /node-a/u, to: /^web$/u, expect: 'partly', any: true },
    { from: /node-b/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-a', 'ip route del 10.244.3.0/24');
  },
  heal: async (lab) => {
    await lab.onNode('node-a', `ip route replace 10.244.3.0/24 via ${lab.node('node-c').address}`);
  },
};
