import { everyMode, type Fault } from './fault.ts';

/** A node has no route to the pods of another. */
export const podRouteMissing: Fault = {
  name: 'n10-pod-route-missing',
  causes: ['N10'],
  modes: everyMode,
  text: 'node-a has no route to the pods of node-c: a third of its connections leaves by the default route and is lost.',
  service: 'web',
  verdicts: ['degraded'],
  nodes: ['node-a'],
  ask: { options: { tries: 12, timeoutMs: 1000 } },
  shows: [
    { from: /node-a/u, to: /^web$/u, expect: 'partly', any: true },
    { from: /node-b/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-a', `${lab.layout.ip} route del ${lab.node('node-c').podCidr}`);
  },
  heal: async (lab) => {
    const { podCidr, address } = lab.node('node-c');
    await lab.onNode('node-a', `${lab.layout.ip} route replace ${podCidr} via ${address}`);
  },
};
