import { everyMode, type Fault } from './fault.ts';
import { podAddresses } from './planting/workload.ts';

/** The bridge port of the only endpoint does not reflect frames. */
export const hairpinOff: Fault = {
  name: 'n01-hairpin-off',
  causes: ['N01'],
  modes: everyMode,
  text: '`hairpin_mode` is 0 on the bridge port of the only endpoint: the pod cannot reach itself through the Service.',
  service: 'solo',
  verdicts: ['degraded'],
  nodes: ['node-b'],
  ask: { fromItself: true },
  shows: [
    { from: /^solo-/u, to: /^solo$/u, expect: 'fails' },
    { from: /^pod|^node/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const address = (await podAddresses(lab, 'solo')).get('node-b') ?? '';
    const port = await lab.bridgePort('node-b', address);
    await lab.onNode('node-b', `bridge link set dev ${port} hairpin off`);
  },
  heal: async (lab) => {
    const address = (await podAddresses(lab, 'solo')).get('node-b') ?? '';
    const port = await lab.bridgePort('node-b', address);
    await lab.onNode('node-b', `bridge link set dev ${port} hairpin on`);
  },
};
