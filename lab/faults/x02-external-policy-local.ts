import { everyMode, type Fault } from './fault.ts';
import { changeService, restoreService } from './planting/workload.ts';

/** externalTrafficPolicy Local, and endpoints on one node only. */
export const externalPolicyLocal: Fault = {
  name: 'x02-external-policy-local',
  causes: ['X02'],
  modes: everyMode,
  text: 'externalTrafficPolicy is Local and the only endpoint is on node-b: what arrives at node-a or node-c (also for the load-balancer address) is dropped.',
  service: 'web-lb',
  verdicts: ['degraded'],
  shows: [
    { from: /^outside/u, to: /^node-[ac]:|^192/u, expect: 'fails' },
    { from: /^outside/u, to: /^node-b:/u, expect: 'works' },
    { from: /node/u, to: /^web-lb$/u, expect: 'works' },
  ],
  plant: () => changeService('web-lb', { selector: { app: 'solo' } }),
  heal: () => restoreService('web-lb'),
};
