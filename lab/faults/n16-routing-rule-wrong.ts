import { everyMode, type Fault } from './fault.ts';

/** A routing rule sends what the pods of a node send by a table without routes to other nodes' pods. */
export const routingRuleWrong: Fault = {
  name: 'n16-routing-rule-wrong',
  causes: ['N16', 'N10'],
  modes: everyMode,
  text: 'On node-a a rule leads packets of its own pods to table 100, which has its own pods and the default route: connections of pods there to `solo` on node-b are lost; those of the node itself work.',
  service: 'solo',
  verdicts: ['degraded'],
  nodes: ['node-a'],
  shows: [
    { from: /^pod on node-a$/u, to: /^solo$/u, expect: 'fails' },
    { from: /node-b/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const { ip, controlPlane } = lab.layout;
    const { podCidr } = lab.node('node-a');
    await lab.onNode('node-a', `${ip} route add ${podCidr} dev cni0 table 100`);
    await lab.onNode('node-a', `${ip} route add default via ${controlPlane} table 100`);
    await lab.onNode('node-a', `${ip} rule add from ${podCidr} lookup 100 priority 1536`);
  },
  heal: async (lab) => {
    await lab.onNode('node-a', `${lab.layout.ip} rule del priority 1536`);
    await lab.onNode('node-a', `${lab.layout.ip} route flush table 100`);
  },
};
