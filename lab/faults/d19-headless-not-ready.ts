import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, restoreDeployment } from './planting/workload.ts';

/** A headless Service without a ready pod has no addresses. */
export const headlessNotReady: Fault = {
  name: 'd19-headless-not-ready',
  causes: ['D19', 'E01'],
  modes: everyMode,
  text: 'No pod behind the headless Service `web-headless` is Ready: its name has no address.',
  service: 'web-headless',
  verdicts: ['broken'],
  shows: [{ from: /^pod/u, to: /^name/u, expect: 'fails' }],
  plant: () => changeDeployment('web', { readinessPath: '/fail' }),
  heal: (lab) => restoreDeployment(lab, 'web'),
};
