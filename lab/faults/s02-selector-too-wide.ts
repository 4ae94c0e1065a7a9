import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, changeService, restoreDeployment, restoreService } from './planting/workload.ts';

/** The selector also matches the pods of another application. */
export const selectorTooWide: Fault = {
  name: 's02-selector-too-wide',
  causes: ['S02'],
  modes: everyMode,
  text: 'The selector of `web` is `team: store`, a label that the pods of Deployment `echo` carry too: two of five connections reach the wrong application.',
  service: 'web',
  verdicts: ['degraded', 'healthy'],
  ask: { options: { tries: 20, timeoutMs: 1000 } },
  shows: [{ from: /node/u, to: /^web$/u, expect: 'wrong-answer', errors: ['echo-'] }],
  plant: async (lab) => {
    await changeDeployment('web', { podLabels: { team: 'store' } });
    await changeDeployment('echo', { podLabels: { team: 'store' } });
    await lab.untilPodsReady(60_000);
    await changeService('web', { selector: { team: 'store' } });
  },
  heal: async (lab) => {
    await restoreService('web');
    await restoreDeployment(lab, 'web');
    await restoreDeployment(lab, 'echo');
  },
};
