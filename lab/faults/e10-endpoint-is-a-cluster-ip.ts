import { apply } from '../cluster/api.ts';
import { everyMode, type Fault } from './fault.ts';
import { handMadeSlice, legacyService, removeLegacy } from './planting/slices.ts';
import { clusterIp } from './planting/workload.ts';

/** A hand-made endpoint is another Service's ClusterIP. */
export const endpointIsClusterIp: Fault = {
  name: 'e10-endpoint-is-a-cluster-ip',
  causes: ['E10'],
  modes: everyMode,
  text: 'Service `legacy` has no selector; its hand-made endpoint is the ClusterIP of Service `web`.',
  service: 'legacy',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^legacy/u, expect: 'fails' }],
  plant: async () => {
    const labels = { 'kubernetes.io/service-name': 'legacy' };
    const slice = handMadeSlice('legacy-1', labels, [await clusterIp('web')], { name: 'http', port: 80 });
    await apply([legacyService, slice]);
  },
  heal: () => removeLegacy(),
};
