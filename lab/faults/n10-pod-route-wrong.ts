import { everyMode, type Fault } from './fault.ts';

/** A node's route to the pods of another names the wrong node. */
export const podRouteWrong: Fault = {
  name: 'n10-pod-route-wrong',
  causes: ['N10'],
  modes: everyMode,
  text: 'On node-c the route to the pods of node-b goes by way of an address that nobody has: `solo` on node-b cannot be reached from there.',
  service: 'solo',
  verdicts: ['degraded'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^solo$/u, expect: 'fails' },
    { from: /node-a/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode(
      'node-c',
      `${lab.layout.ip} route replace ${lab.node('node-b').podCidr} via ${lab.layout.nobody}`,
    );
  },
  heal: async (lab) => {
    const { podCidr, address } = lab.node('node-b');
    await lab.onNode('node-c', `${lab.layout.ip} route replace ${podCidr} via ${address}`);
  },
};
