import { everyMode, type Fault } from './fault.ts';
import { bothFamilies } from './planting/workload.ts';
import { apply, remove } from '../cluster/api.ts';

const service = bothFamilies('web-both', 'web');

/** A Service of both families in front of servers that listen on both. */
export const healthyDual: Fault = {
  name: 'healthy-dual',
  causes: [],
  modes: everyMode,
  families: ['dual'],
  text: 'Nothing is wrong: `web-both` has an address of each family, its pods have both, and their server listens on all addresses.',
  service: 'web-both',
  verdicts: ['healthy'],
  shows: [
    { from: /node/u, to: /^web-both$/u, expect: 'works' },
    { from: /node/u, to: /^web-both at \[/u, expect: 'works' },
  ],
  plant: () => apply([service]),
  heal: () => remove(service),
};
