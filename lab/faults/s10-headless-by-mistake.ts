import { apply, recreate, remove } from '../cluster/api.ts';
import { shopServices } from '../cluster/workload.ts';
import { everyMode, type Fault } from './fault.ts';
import { podAddresses } from './planting/workload.ts';

/** A headless Service whose clients use `port`, where the pods listen on `targetPort` only. */
export const headlessByMistake: Fault = {
  name: 's10-headless-by-mistake',
  causes: ['S10'],
  modes: everyMode,
  text: 'The Service is headless, its `port` is 80 and its `targetPort` 8080: clients resolve the name and connect to port 80 of the pods.',
  service: 'web',
  verdicts: ['broken', 'degraded'],
  ask: async (lab) => ({
    extra: [...(await podAddresses(lab, 'web')).values()].map((a) => ({
      address: `tcp/${a}:80`,
      label: `${a}:80`,
    })),
  }),
  shows: [{ from: /node/u, to: /:80$/u, expect: 'fails', errors: ['refused'] }],
  plant: async () => {
    const spec = { ...(shopServices.web['spec'] as object), clusterIP: 'None' };
    await recreate({ ...shopServices.web, spec });
  },
  heal: async () => {
    await remove(shopServices.web);
    await apply([shopServices.web]);
  },
};
