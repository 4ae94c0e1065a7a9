import type { Lab } from '../cluster/lab.ts';
import { everyMode, type Fault } from './fault.ts';

const drop = (lab: Lab): string => `-d ${lab.node('node-b').podCidr} -p tcp -m tcp --dport 8080 -j DROP`;

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
    await lab.onNode('node-b', `${lab.layout.iptables} -I OUTPUT 1 ${drop(lab)}`);
  },
  heal: async (lab) => {
    await lab.tryOnNode('node-b', `${lab.layout.iptables} -D OUTPUT ${drop(lab)}`);
    await lab.untilPodsReady(60_000);
  },
};
