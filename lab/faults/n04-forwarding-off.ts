import { everyMode, type Fault } from './fault.ts';

/** A node does not forward. */
export const forwardingOff: Fault = {
  name: 'n04-forwarding-off',
  causes: ['N04'],
  modes: everyMode,
  text: '`net.ipv4.ip_forward` is 0 on node-b: its pods reach nothing beyond the node, and nothing beyond the node reaches them.',
  service: 'solo',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [
    { from: /node-[ac]/u, to: /^solo$/u, expect: 'fails' },
    { from: /^node-b/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-b', 'sysctl -qw net.ipv4.ip_forward=0');
  },
  heal: async (lab) => {
    await lab.onNode('node-b', 'sysctl -qw net.ipv4.ip_forward=1');
  },
};
