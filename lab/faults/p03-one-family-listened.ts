import { everyMode, type Fault } from './fault.ts';
import { apply, remove } from '../cluster/api.ts';
import { bothFamilies, changeDeployment, restoreDeployment } from './planting/workload.ts';

const service = bothFamilies('web-both', 'web');

/** The server listens on the pod's IPv4 address only; the Service has an address of each family. */
export const oneFamilyListened: Fault = {
  name: 'p03-one-family-listened',
  causes: ['P03'],
  modes: everyMode,
  families: ['dual'],
  text: 'Service `web-both` has an address of each family and its pods have both, but their server listens on the IPv4 one only.',
  service: 'web-both',
  verdicts: ['degraded', 'broken', 'unknown'],
  shows: [
    { from: /node/u, to: /^web-both$/u, expect: 'works' },
    { from: /node/u, to: /^web-both at \[/u, expect: 'fails', errors: ['refused'] },
  ],
  plant: async () => {
    await changeDeployment('web', { listeners: ['http:$(POD_IP):8080'] });
    await apply([service]);
  },
  heal: async (lab) => {
    await remove(service);
    await restoreDeployment(lab, 'web');
  },
};
