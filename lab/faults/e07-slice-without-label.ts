import { apply } from '../cluster/api.ts';
import { everyMode, type Fault } from './fault.ts';
import { handMadeSlice, legacyService, removeLegacy } from './planting/slices.ts';
import { podAddresses } from './planting/workload.ts';

/** A hand-made slice lacks the label that ties it to its Service. */
export const sliceWithoutLabel: Fault = {
  name: 'e07-slice-without-label',
  causes: ['E07'],
  modes: everyMode,
  text: 'Service `legacy` has no selector; its hand-made EndpointSlice `legacy-1` lacks the label `kubernetes.io/service-name`.',
  service: 'legacy',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^legacy/u, expect: 'fails', errors: ['refused'] }],
  plant: async (lab) => {
    const addresses = [...(await podAddresses(lab, 'web')).values()];
    await apply([legacyService, handMadeSlice('legacy-1', {}, addresses, { name: 'http', port: 8080 })]);
  },
  heal: () => removeLegacy(),
};
