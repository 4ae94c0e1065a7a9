import { apply } from '../cluster/api.ts';
import { everyMode, type Fault } from './fault.ts';
import { handMadeSlice, legacyService, removeLegacy } from './planting/slices.ts';
import { podAddresses } from './planting/workload.ts';

/** A hand-made slice names its port differently from the Service. */
export const slicePortName: Fault = {
  name: 'e07-slice-port-name',
  causes: ['E07', 'S08'],
  modes: everyMode,
  text: 'Service `legacy` has no selector and a port called `http`; its hand-made EndpointSlice calls the port `web`.',
  service: 'legacy',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^legacy/u, expect: 'fails', errors: ['refused'] }],
  plant: async (lab) => {
    const addresses = [...(await podAddresses(lab, 'web')).values()];
    const labels = { 'kubernetes.io/service-name': 'legacy' };
    await apply([legacyService, handMadeSlice('legacy-1', labels, addresses, { name: 'web', port: 8080 })]);
  },
  heal: () => removeLegacy(),
};
