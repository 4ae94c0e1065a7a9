import { everyMode, type Fault } from './fault.ts';

/** A firewall keeps kubelet from probing the pods of its node. */
export const probesBlocked: Fault = {
  name: 'f10-probes-blocked',
  causes: ['F10', 'E01'],
  modes: everyMode,
  text: 'A rule in OUTPUT of node-b drops what the node sends to port 8080 of its pods: kubelet cannot probe them, `solo` is not Ready.',
  service: 'solo',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^solo$/u, expect: 'fails', errors: ['refused'] }],
  plant: async (lab) => {
    await lab.onNode('node-b', 'iptables -I OUTPUT 1 -d 10.244.2.0/24 -p tcp -m tcp --dport 8080 -j DROP');
  },
  heal: async (lab) => {
    await lab.tryOnNode('node-b', 'iptables -D OUTPUT -d 10.244.2.0/24 -p tcp -m tcp --dport 8080 -j DROP');
    await lab.untilPodsReady(60_000);
  },
};
