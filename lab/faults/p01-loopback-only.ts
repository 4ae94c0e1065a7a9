import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, restoreDeployment } from './planting/workload.ts';

/** The server listens on 127.0.0.1 only. */
export const loopbackOnly: Fault = {
  name: 'p01-loopback-only',
  causes: ['P01', 'P02', 'E01'],
  modes: everyMode,
  text: 'The server listens on 127.0.0.1:8080 only: the readiness probe is refused, no pod is Ready.',
  service: 'web',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^web/u, expect: 'fails', errors: ['refused'] }],
  plant: () => changeDeployment('web', { listeners: ['http:127.0.0.1:8080'] }),
  heal: (lab) => restoreDeployment(lab, 'web'),
};
