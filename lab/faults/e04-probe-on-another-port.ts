import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, restoreDeployment } from './planting/workload.ts';

/** The probe asks another port than the traffic: Ready, but dead. */
export const probeOnAnotherPort: Fault = {
  name: 'e04-probe-on-another-port',
  causes: ['E04', 'P02', 'S03'],
  modes: everyMode,
  text: 'The readiness probe asks port 8090, where the server listens; traffic goes to 8080, where nothing does: Ready, but every connection is refused.',
  service: 'web',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^web/u, expect: 'fails', errors: ['refused'] }],
  plant: () => changeDeployment('web', { listeners: ['http:0.0.0.0:8090'], readinessPort: 8090 }),
  heal: (lab) => restoreDeployment(lab, 'web'),
};
