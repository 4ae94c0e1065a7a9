import { apply } from '../cluster/api.ts';
import { inPodRange } from '../cluster/layout.ts';
import { everyMode, type Fault } from './fault.ts';
import { handMadeSlice, removeLegacy } from './planting/slices.ts';

/** A second slice of the Service, left over, names an address where no pod is. */
export const leftoverSlice: Fault = {
  name: 'e09-leftover-slice',
  causes: ['E09', 'E10'],
  modes: everyMode,
  text: 'A hand-made EndpointSlice `web-old` still belongs to Service `web` and names an address of node-a that no pod has.',
  service: 'web',
  verdicts: ['degraded'],
  ask: { options: { tries: 12, timeoutMs: 1000 } },
  shows: [{ from: /node/u, to: /^web$/u, expect: 'partly', any: true }],
  plant: (lab) => {
    const gone = inPodRange(lab.node('node-a'), 250);
    const labels = { 'kubernetes.io/service-name': 'web' };
    return apply([handMadeSlice('web-old', labels, [gone], { name: 'http', port: 8080 })]);
  },
  heal: () => removeLegacy(),
};
