import { ruleModes, type Fault } from './fault.ts';
import { editTable, restoreRules } from './planting/rules.ts';

/** The chains are there, but PREROUTING no longer jumps into them. */
export const hookJumpGone: Fault = {
  name: 'r02-hook-jump-gone',
  causes: ['R02', 'R01'],
  modes: ruleModes,
  text: 'On node-a the jump from prerouting into the chains of kube-proxy is gone: pods there cannot use Services, the node itself can.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-a'],
  shows: [
    { from: /^pod on node-a/u, to: /^web$/u, expect: 'fails' },
    { from: /^node-a/u, to: /^web$/u, expect: 'works' },
    { from: /node-[bc]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    if (lab.shape.mode === 'iptables') {
      await editTable(lab, 'node-a', 'nat', (line) =>
        line.startsWith('-A PREROUTING') && line.endsWith('-j KUBE-SERVICES') ? undefined : line,
      );
    } else {
      await lab.onNode('node-a', `nft flush chain ${lab.layout.nft} kube-proxy nat-prerouting`);
    }
  },
  heal: (lab) => restoreRules(lab, 'node-a'),
};
