import { everyMode, type Fault } from './fault.ts';
import { apply, remove } from '../cluster/api.ts';
import { writeCniConfiguration } from '../cluster/node.ts';
import { bothFamilies } from './planting/workload.ts';

const service = bothFamilies('solo-both', 'solo');

/** A Service of both families in front of a pod that the CNI of its node gave an IPv4 address only. */
export const podsOfOneFamily: Fault = {
  name: 's11-pods-of-one-family',
  causes: ['S11', 'E16'],
  modes: everyMode,
  families: ['dual'],
  text: 'Service `solo-both` asks for both families; the CNI configuration of node-b hands out IPv4 only, so the pod behind it has no IPv6 address.',
  service: 'solo-both',
  verdicts: ['degraded', 'broken'],
  // TCP takes the ICMPv6 error of the first SYN for soft, and gives up with that of the second one, a second later.
  ask: { options: { tries: 4, timeoutMs: 4000 } },
  shows: [
    { from: /node/u, to: /^solo-both$/u, expect: 'works' },
    { from: /node/u, to: /^solo-both at \[/u, expect: 'fails', errors: ['refused'] },
  ],
  plant: async (lab) => {
    const node = lab.node('node-b');
    writeCniConfiguration({ ...node, podCidrs: [node.podCidr] });
    // containerd reads the folder when it changes.
    await lab.replacePods('shop', 'app=solo');
    await apply([service]);
  },
  heal: async (lab) => {
    await remove(service);
    writeCniConfiguration(lab.node('node-b'));
    await lab.replacePods('shop', 'app=solo');
  },
};
