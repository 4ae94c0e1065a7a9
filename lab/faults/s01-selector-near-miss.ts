import { everyMode, type Fault } from './fault.ts';
import { changeService, restoreService } from './planting/workload.ts';

/** The selector asks for a label that no pod has. */
export const selectorNearMiss: Fault = {
  name: 's01-selector-near-miss',
  causes: ['S01'],
  modes: everyMode,
  text: 'The selector asks for a label that no pod has (`tier: frontend`); all pods of Deployment `web` match the rest.',
  service: 'web',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^web/u, expect: 'fails', errors: ['refused'] }],
  plant: () => changeService('web', { selector: { app: 'web', tier: 'frontend' } }),
  heal: () => restoreService('web'),
};
