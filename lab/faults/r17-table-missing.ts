import type { Fault } from './fault.ts';
import { restoreRules } from './planting/rules.ts';

/** kube-proxy's table is gone on one node. */
export const tableMissing: Fault = {
  name: 'r17-table-missing',
  causes: ['R17', 'R02', 'R01'],
  modes: ['nftables'],
  text: 'The table of kube-proxy was deleted on node-c.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-c', `nft delete table ${lab.layout.nft} kube-proxy`);
  },
  heal: (lab) => restoreRules(lab, 'node-c'),
};
