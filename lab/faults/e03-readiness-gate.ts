import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, restoreDeployment } from './planting/workload.ts';

/** A readiness gate that nobody sets. */
export const readinessGate: Fault = {
  name: 'e03-readiness-gate',
  causes: ['E03'],
  modes: everyMode,
  text: 'The pods have a readiness gate `lab.example/load-balanced` that no controller sets: containers are ready, pods are not.',
  service: 'web',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^web/u, expect: 'fails', errors: ['refused'] }],
  plant: () => changeDeployment('web', { readinessGate: 'lab.example/load-balanced' }),
  heal: (lab) => restoreDeployment(lab, 'web'),
};
