import { everyMode, ruleModes, type Fault } from './fault.ts';

const table = `table inet hostfw {
  chain forward {
    type filter hook forward priority filter + 5; policy accept;
    ct state established,related accept
    tcp dport 8080 counter drop
  }
}
`;

/** Another agent's base chain drops what kube-proxy's chains accepted. */
export const foreignDrop: Fault = {
  name: 'f07-foreign-drop',
  causes: ['F07', 'F05', 'F04'],
  modes: everyMode,
  text: "A table `inet hostfw` on node-c drops TCP 8080 to pods after kube-proxy's own chains have accepted.",
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  ask: { options: { tries: 12, timeoutMs: 1000 } },
  shows: [
    // IPVS sends on what its own clients send without FORWARD.
    { from: /^pod on node-c/u, to: /^web$/u, expect: 'fails', modes: ruleModes },
    { from: /node-a/u, to: /^web$/u, expect: 'partly', any: true },
  ],
  plant: async (lab) => {
    await lab.onNode('node-c', 'nft -f -', table);
  },
  heal: async (lab) => {
    await lab.tryOnNode('node-c', 'nft delete table inet hostfw');
  },
};
