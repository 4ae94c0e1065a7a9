import type { Fault } from './fault.ts';
import { clusterIp, podAddresses } from './planting/workload.ts';
import { restartProxy } from '../cluster/restart-proxy.ts';

/** The only real server is stuck at weight 0. */
export const weightZero: Fault = {
  name: 'r13-weight-zero',
  causes: ['R13'],
  modes: ['ipvs'],
  text: 'On node-a the real server of `solo` has weight 0, although its endpoint is ready.',
  service: 'solo',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-a'],
  shows: [
    { from: /node-a/u, to: /^solo$/u, expect: 'fails' },
    { from: /node-[bc]/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const address = (await podAddresses(lab, 'solo')).get('node-b') ?? '';
    await lab.onNode('node-a', `ipvsadm -e -t ${await clusterIp('solo')}:80 -r ${address}:8080 -m -w 0`);
  },
  heal: (lab) => restartProxy(lab, 'node-a'),
};
