import { everyMode, ruleModes, type Fault } from './fault.ts';

/** The FORWARD chain drops what nobody accepts, and the CNI's accepts are gone. */
export const forwardPolicyDrop: Fault = {
  name: 'f04-forward-policy-drop',
  causes: ['F04'],
  modes: everyMode,
  text: 'On node-c the policy of FORWARD is DROP and the accepts of the CNI are gone: pods there reach nothing, and nobody starts a connection to them.',
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
    await lab.onNode(
      'node-c',
      `${lab.layout.iptables} -F FLANNEL-FWD && ${lab.layout.iptables} -P FORWARD DROP`,
    );
  },
  heal: async (lab) => {
    const { iptables, clusterCidr } = lab.layout;
    await lab.onNode(
      'node-c',
      `${iptables} -P FORWARD ACCEPT; for d in s d; do ${iptables} -A FLANNEL-FWD -$d ${clusterCidr} -m comment --comment "flanneld forward" -j ACCEPT; done`,
    );
  },
};
