import { hostPort } from '../cluster/layout.ts';
import { everyMode, type Fault } from './fault.ts';
import { editTable, restoreRules } from './planting/rules.ts';
import { clusterIp } from './planting/workload.ts';

/** One node has no entry for the ClusterIP and port. */
export const vipEntryGone: Fault = {
  name: 'r01-vip-entry-gone',
  causes: ['R01', 'R02'],
  modes: everyMode,
  text: 'The entry for the ClusterIP and port of `web` is gone from the rules of node-c.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    if (lab.shape.mode === 'iptables') {
      await editTable(lab, 'node-c', 'nat', (line) =>
        line.startsWith('-A KUBE-SERVICES') && line.includes('"shop/web:http cluster IP"') ? undefined : line,
      );
      return;
    }
    const vip = await clusterIp('web');
    if (lab.shape.mode === 'ipvs') {
      await lab.onNode('node-c', `ipvsadm -D -t ${hostPort(vip, 80)}`);
    } else {
      await lab.onNode(
        'node-c',
        `nft delete element ${lab.layout.nft} kube-proxy service-ips '{ ${vip} . tcp . 80 }'`,
      );
    }
  },
  heal: (lab) => restoreRules(lab, 'node-c'),
};
