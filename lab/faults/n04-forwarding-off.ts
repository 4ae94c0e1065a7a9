import type { Lab } from '../cluster/lab.ts';
import { everyMode, type Fault } from './fault.ts';

const forwarding = (lab: Lab): string =>
  lab.layout.nft === 'ip6' ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward';

/** A node does not forward. */
export const forwardingOff: Fault = {
  name: 'n04-forwarding-off',
  causes: ['N04'],
  modes: everyMode,
  text: 'Forwarding is off on node-b (`net.ipv4.ip_forward` or `net.ipv6.conf.all.forwarding`): its pods reach nothing beyond the node, and nothing beyond the node reaches them.',
  service: 'solo',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [
    { from: /node-[ac]/u, to: /^solo$/u, expect: 'fails' },
    { from: /^node-b/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-b', `sysctl -qw ${forwarding(lab)}=0`);
  },
  heal: async (lab) => {
    await lab.onNode('node-b', `sysctl -qw ${forwarding(lab)}=1`);
  },
};
