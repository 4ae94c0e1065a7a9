import { everyMode, type Fault } from './fault.ts';

/** Replies between pods of one node bypass the rules, and so the translation back. */
export const bridgeBypasses: Fault = {
  name: 'n03-bridge-bypasses-iptables',
  causes: ['N03'],
  modes: everyMode,
  text: '`net.bridge.bridge-nf-call-iptables` (or -ip6tables) is 0 on node-b: the reply of an endpoint to a pod on the same node is not translated back.',
  service: 'solo',
  verdicts: ['degraded'],
  nodes: ['node-b'],
  shows: [
    { from: /^pod on node-b/u, to: /^solo$/u, expect: 'fails' },
    { from: /node-[ac]/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-b', `sysctl -qw net.bridge.bridge-nf-call-${lab.layout.iptables}=0`);
  },
  heal: async (lab) => {
    await lab.onNode('node-b', `sysctl -qw net.bridge.bridge-nf-call-${lab.layout.iptables}=1`);
  },
};
