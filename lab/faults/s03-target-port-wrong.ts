import { everyMode, type Fault } from './fault.ts';
import { changeService, restoreService } from './planting/workload.ts';

/** `targetPort` names a port on which the pods do not listen. */
export const targetPortWrong: Fault = {
  name: 's03-target-port-wrong',
  causes: ['S03', 'P02', 'P01'],
  modes: everyMode,
  text: '`targetPort` is 8081; the pods declare and serve 8080.',
  service: 'web',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^web/u, expect: 'fails', errors: ['refused'] }],
  plant: () =>
    changeService('web', { ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8081 }] }),
  heal: () => restoreService('web'),
};
