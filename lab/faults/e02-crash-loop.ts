import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, restoreDeployment } from './planting/workload.ts';

/** The container ends as soon as it starts. */
export const crashLoop: Fault = {
  name: 'e02-crash-loop',
  causes: ['E02'],
  modes: everyMode,
  text: 'The container of `solo` ends with an error as soon as it starts.',
  service: 'solo',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^solo/u, expect: 'fails', errors: ['refused'] }],
  plant: () => changeDeployment('solo', { listeners: ['gopher:0.0.0.0:70'] }),
  heal: (lab) => restoreDeployment(lab, 'solo'),
};
