import { apply, remove } from '../cluster/api.ts';
import type { ApiObject } from '../cluster/api.ts';
import { everyMode, type Fault } from './fault.ts';
import { legacyService, removeLegacy } from './planting/slices.ts';
import { podAddresses } from './planting/workload.ts';

/** An Endpoints object that asks not to be mirrored into slices. */
export const endpointsNotMirrored: Fault = {
  name: 'e08-endpoints-not-mirrored',
  causes: ['E08', 'E07'],
  modes: everyMode,
  text: 'Service `legacy` has no selector; its hand-made Endpoints carry the label `endpointslice.kubernetes.io/skip-mirror: "true"`, so there is no EndpointSlice.',
  service: 'legacy',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^legacy$/u, expect: 'fails', errors: ['refused'] }],
  plant: async (lab) => {
    const addresses = [...(await podAddresses(lab, 'web')).values()].map((ip) => ({ ip }));
    const endpoints: ApiObject = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        name: 'legacy',
        namespace: 'shop',
        labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
      },
      subsets: [{ addresses, ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] }],
    };
    await apply([legacyService, endpoints]);
  },
  heal: async () => {
    await remove({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'legacy', namespace: 'shop' } });
    await removeLegacy();
  },
};
