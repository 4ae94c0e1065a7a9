import { hostPort } from '../cluster/layout.ts';
import { everyMode, type Fault } from './fault.ts';
import { editTable, restoreRules } from './planting/rules.ts';

/** One node has no entry for the NodePort. */
export const nodePortEntryGone: Fault = {
  name: 'r01-nodeport-entry-gone',
  causes: ['R01', 'R02', 'R08'],
  modes: everyMode,
  text: 'The entry for NodePort 30080 is gone from the rules of node-b.',
  service: 'web-np',
  verdicts: ['degraded'],
  nodes: ['node-b'],
  shows: [
    { from: /^outside/u, to: /^node-b:/u, expect: 'fails', errors: ['refused'] },
    { from: /^outside/u, to: /^node-[ac]:/u, expect: 'works' },
  ],
  plant: async (lab) => {
    if (lab.shape.mode === 'iptables') {
      await editTable(lab, 'node-b', 'nat', (line) =>
        line.startsWith('-A KUBE-NODEPORTS') && line.includes('--dport 30080') ? undefined : line,
      );
    } else if (lab.shape.mode === 'ipvs') {
      await lab.onNode('node-b', `ipvsadm -D -t ${hostPort(lab.node('node-b').address, 30_080)}`);
    } else {
      await lab.onNode(
        'node-b',
        `nft delete element ${lab.layout.nft} kube-proxy service-nodeports '{ tcp . 30080 }'`,
      );
    }
  },
  heal: (lab) => restoreRules(lab, 'node-b'),
};
