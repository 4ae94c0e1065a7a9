import { everyMode, type Fault } from './fault.ts';

/** A node's route to the pods of another names the wrong node. */
export const podRouteWrong: Fault = {
  name: 'n10-pod-route-wrong',
  causes: ['N10'],
  modes: everyMode,
  text: 'On node-c the route to 10.244.2.0/24 goes by way of 192.168.90.99, which nobody has: `solo` on node-b cannot be reached from there.',
  service: 'solo',
  verdicts: ['degraded'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^solo$/u, expect: 'fails' },
    { from: /node-a/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-c', 'ip route replace 10.244.2.0/24 via 192.168.90.99');
  },
  heal: async (lab) => {
    await lab.onNode('node-c', `ip route replace 10.244.2.0/24 via ${lab.node('node-b').address}`);
  },
};
