import { everyMode, ruleModes, type Fault } from './fault.ts';
import { restoreRules } from './planting/rules.ts';

/** Another tool flushed the rules of one node. */
export const natFlushed: Fault = {
  name: 'r02-nat-flushed',
  causes: ['R02', 'R01', 'R17'],
  modes: everyMode,
  text: 'Another tool flushed the rules of node-b (`iptables -t nat -F`, or `nft flush ruleset` in nftables mode).',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [
    { from: /node-b/u, to: /^web$/u, expect: 'fails', modes: ruleModes },
    // With IPVS what the node itself sends has the ClusterIP for its source, and is no longer masqueraded.
    { from: /^node-b/u, to: /^web$/u, expect: 'partly', modes: ['ipvs'] },
    { from: /node-[ac]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode(
      'node-b',
      lab.shape.mode === 'nftables' ? 'nft flush ruleset' : `${lab.layout.iptables} -t nat -F`,
    );
  },
  heal: (lab) => restoreRules(lab, 'node-b'),
};
