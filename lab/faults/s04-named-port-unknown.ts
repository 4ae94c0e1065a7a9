import { everyMode, type Fault } from './fault.ts';
import { changeService, restoreService } from './planting/workload.ts';

/** `targetPort` is a name that no container declares. */
export const namedPortUnknown: Fault = {
  name: 's04-named-port-unknown',
  causes: ['S04', 'S05'],
  modes: everyMode,
  text: '`targetPort` is the name `web`; the containers call their port `http`.',
  service: 'web',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^web/u, expect: 'fails', errors: ['refused'] }],
  plant: () =>
    changeService('web', { ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'web' }] }),
  heal: () => restoreService('web'),
};
