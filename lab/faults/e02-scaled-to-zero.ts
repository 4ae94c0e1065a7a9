import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, restoreDeployment } from './planting/workload.ts';

/** The Deployment has no replicas. */
export const scaledToZero: Fault = {
  name: 'e02-scaled-to-zero',
  causes: ['E02', 'S01'],
  modes: everyMode,
  text: 'Deployment `web` is scaled to 0 replicas.',
  service: 'web',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^web/u, expect: 'fails', errors: ['refused'] }],
  plant: () => changeDeployment('web', { replicas: 0 }),
  heal: (lab) => restoreDeployment(lab, 'web'),
};
