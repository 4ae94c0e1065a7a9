import { everyMode, type Fault } from './fault.ts';
import { changeService, restoreService } from './planting/workload.ts';

/** internalTrafficPolicy Local, and no endpoint on the client's node. */
export const internalPolicyLocal: Fault = {
  name: 's13-internal-policy-local',
  causes: ['S13'],
  modes: everyMode,
  text: 'internalTrafficPolicy is Local; the only endpoint is on node-b.',
  service: 'solo',
  verdicts: ['degraded'],
  shows: [
    { from: /node-[ac]/u, to: /^solo/u, expect: 'fails' },
    { from: /node-b/u, to: /^solo/u, expect: 'works' },
  ],
  plant: () => changeService('solo', { internalTrafficPolicy: 'Local' }),
  heal: () => changeService('solo', { internalTrafficPolicy: 'Cluster' }).then(() => restoreService('solo')),
};
