import { everyMode, type Fault } from './fault.ts';

const table = `table inet firewalld {
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    jump filter_FORWARD_POLICIES
    reject with icmpx admin-prohibited
  }
  chain filter_FORWARD_POLICIES {
    iifname "eth0" jump filter_FWD_public
    iifname "cni0" jump filter_FWD_public
  }
  chain filter_FWD_public {
    meta l4proto { icmp, ipv6-icmp } accept
    reject with icmpx admin-prohibited
  }
}
`;

/** firewalld rejects forwarded traffic in a table of its own. */
export const firewalldRejects: Fault = {
  name: 'f05-firewalld-rejects',
  causes: ['F05', 'F07', 'F04'],
  modes: everyMode,
  text: 'firewalld runs on node-b with its public zone: its table rejects (admin-prohibited) what arrives at the pods of the node.',
  service: 'solo',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [{ from: /node-[ac]/u, to: /^solo$/u, expect: 'fails' }],
  plant: async (lab) => {
    await lab.onNode('node-b', 'nft -f -', table);
  },
  heal: async (lab) => {
    await lab.tryOnNode('node-b', 'nft delete table inet firewalld');
  },
};
