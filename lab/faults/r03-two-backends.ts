import { ruleModes, type Fault } from './fault.ts';

const legacy = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-SERVICES - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
`;

/** The legacy backend still holds rules, with a policy that drops what the CNI accepts in the nft backend only. */
export const twoBackends: Fault = {
  name: 'r03-two-backends',
  causes: ['R03', 'F04'],
  modes: ruleModes,
  text: 'On node-c the legacy backend of iptables still holds kube-proxy chains and a FORWARD policy of DROP; the accepts of the CNI are in the nft backend only.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [{ from: /^pod on node-c/u, to: /^web$/u, expect: 'fails' }],
  plant: async (lab) => {
    await lab.onNode('node-c', `${lab.layout.iptables}-legacy-restore`, legacy);
  },
  heal: async (lab) => {
    const legacyTool = `${lab.layout.iptables}-legacy`;
    await lab.tryOnNode(
      'node-c',
      `${legacyTool} -P FORWARD ACCEPT; ${legacyTool} -F; ${legacyTool} -X; true`,
    );
  },
};
