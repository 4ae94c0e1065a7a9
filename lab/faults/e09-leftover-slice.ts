import { apply } from '../cluster/api.ts';
import { everyMode, type Fault } from './fault.ts';
import { handMadeSlice, removeLegacy } from './planting/slices.ts';

/** A second slice of the Service, left over, names an address where no pod is. */
export const leftoverSlice: Fault = {
  name: 'e09-leftover-slice',
  causes: ['E09', 'E10'],
  modes: everyMode,
  text: 'A hand-made EndpointSlice `web-old` still belongs to Service `web` and names 10.244.1.250, which no pod has.',
  service: 'web',
  verdicts: ['degraded'],
  ask: { options: { tries: 12, timeoutMs: 1000 } },
  shows: [{ from: /node/u, to: /^web$/u, expect: 'partly', any: true }],
  plant: () => {
    const labels = { 'kubernetes.io/service-name': 'web' };
    return apply([handMadeSlice('web-old', labels, ['10.244.1.250'], { name: 'http', port: 8080 })]);
  },
  heal: () => removeLegacy(),
};
