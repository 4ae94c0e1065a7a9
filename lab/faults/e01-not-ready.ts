import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, restoreDeployment } from './planting/workload.ts';

/** Every pod runs, none is Ready. */
export const notReady: Fault = {
  name: 'e01-not-ready',
  causes: ['E01'],
  modes: everyMode,
  text: 'The readiness probe asks for `/fail`, which answers 503: all pods run, none is Ready.',
  service: 'web',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^web/u, expect: 'fails', errors: ['refused'] }],
  plant: () => changeDeployment('web', { readinessPath: '/fail' }),
  heal: (lab) => restoreDeployment(lab, 'web'),
};
