import { startKubelet } from '../cluster/node.ts';
import { everyMode, type Fault } from './fault.ts';
import { killComponent } from './planting/components.ts';

/** kubelet of one node is dead: its pods run, but count as not ready. */
export const kubeletStopped: Fault = {
  name: 'o01-kubelet-stopped',
  causes: ['O01', 'E05'],
  modes: everyMode,
  text: 'kubelet on node-b is dead: the node is NotReady, and the pod of `solo`, which still runs, is taken out of the Service.',
  service: 'solo',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^solo$/u, expect: 'fails', errors: ['refused'] }],
  plant: async () => {
    killComponent('node-b/kubelet');
  },
  heal: async (lab) => {
    startKubelet(lab.node('node-b'));
    await lab.untilPodsReady(90_000);
  },
};
