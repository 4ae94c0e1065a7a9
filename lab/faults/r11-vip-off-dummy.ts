import type { Fault } from './fault.ts';
import { clusterIp } from './planting/workload.ts';
import { restartProxy } from '../cluster/restart-proxy.ts';

/** The ClusterIP is no longer an address of kube-ipvs0. */
export const vipOffDummy: Fault = {
  name: 'r11-vip-off-dummy',
  causes: ['R11'],
  modes: ['ipvs'],
  text: 'On node-c the ClusterIP of `web` is gone from kube-ipvs0: packets to it are routed away instead of reaching IPVS.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /^pod on node-c/u, to: /^web$/u, expect: 'fails' },
    { from: /^node-c|node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-c', `ip addr del ${await clusterIp('web')} dev kube-ipvs0`);
  },
  heal: (lab) => restartProxy(lab, 'node-c'),
};
