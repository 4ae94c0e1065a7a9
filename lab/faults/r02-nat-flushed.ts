import { ruleModes, type Fault } from './fault.ts';
import { restoreRules } from './planting.ts';

/** Another tool flushed the rules of one node. */
export const natFlushed: Fault = {
  name: 'r02-nat-flushed',
  causes: ['R02', 'R01', 'R17'],
  modes: ruleModes,
  text: 'Another tool flushed the rules of node-b (`iptables -t nat -F`, or `nft flush ruleset` in nftables mode).',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [
    { from: /node-b/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ac]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-b', lab.shape.mode === 'iptables' ? 'iptables -t nat -F' : 'nft flush ruleset');
  },
  heal: (lab) => restoreRules(lab, 'node-b'),
};
