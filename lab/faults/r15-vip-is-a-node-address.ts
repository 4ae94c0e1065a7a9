import type { Fault } from './fault.ts';
import { changeService, restoreService } from './planting/workload.ts';
import { restartProxy } from '../cluster/restart-proxy.ts';

/** An external IP is the address of a node: every other node takes it for its own. */
export const vipIsNodeAddress: Fault = {
  name: 'r15-vip-is-a-node-address',
  causes: ['R15', 'X09'],
  modes: ['ipvs'],
  families: ['ipv4', 'dual'],
  text: '`externalIPs` of `solo` names 192.168.90.13, the address of node-c: kube-ipvs0 carries it on every node, and nobody reaches node-c any more.',
  service: 'solo',
  verdicts: ['degraded', 'broken', 'healthy'],
  ask: { extra: [{ address: 'tcp/192.168.90.13:10250', label: 'kubelet of node-c' }] },
  shows: [{ from: /node-[ab]/u, to: /^kubelet/u, expect: 'fails' }],
  plant: () => changeService('solo', { externalIPs: ['192.168.90.13'] }),
  heal: async (lab) => {
    await restoreService('solo');
    await restartProxy(lab);
  },
};
