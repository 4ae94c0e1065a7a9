import { hostPort } from '../cluster/layout.ts';
import type { Fault } from './fault.ts';
import { clusterIp, podAddresses } from './planting/workload.ts';
import { restartProxy } from '../cluster/restart-proxy.ts';

/** The virtual server has no real servers. */
export const realServersGone: Fault = {
  name: 'r12-real-servers-gone',
  causes: ['R12'],
  modes: ['ipvs'],
  text: 'On node-c the virtual server of `web` has no real servers, although its endpoints are ready.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const vip = await clusterIp('web');
    for (const address of (await podAddresses(lab, 'web')).values()) {
      await lab.onNode('node-c', `ipvsadm -d -t ${hostPort(vip, 80)} -r ${hostPort(address, 8080)}`);
    }
  },
  heal: (lab) => restartProxy(lab, 'node-c'),
};
