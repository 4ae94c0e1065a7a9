import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, restoreDeployment } from './planting/workload.ts';

/** The image does not exist. */
export const imageMissing: Fault = {
  name: 'e02-image-missing',
  causes: ['E02'],
  modes: everyMode,
  text: 'The image of `solo` is not on the node and may not be pulled: its container waits for ever.',
  service: 'solo',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^solo/u, expect: 'fails', errors: ['refused'] }],
  plant: () => changeDeployment('solo', { image: 'docker.io/lab/app:2' }),
  heal: (lab) => restoreDeployment(lab, 'solo'),
};
