import type { Fault } from './fault.ts';
import { editTable, nftChain, nftRules, restoreRules } from './planting/rules.ts';

/** The Service's chain on one node is empty. */
export const serviceChainEmpty: Fault = {
  name: 'r08-service-chain-empty',
  causes: ['R08', 'K05', 'R01', 'R02'],
  modes: ['iptables', 'nftables'],
  text: 'On node-a the chain of Service `solo` is empty: nothing is translated.',
  service: 'solo',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-a'],
  shows: [
    { from: /node-a/u, to: /^solo$/u, expect: 'fails' },
    { from: /node-[bc]/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    if (lab.shape.mode === 'iptables') {
      await editTable(lab, 'node-a', 'nat', (line) =>
        line.startsWith('-A KUBE-SVC') && line.includes('"shop/solo:http') ? undefined : line,
      );
    } else {
      const chain = await nftChain(lab, 'node-a', 'service-', '-shop/solo/tcp/http');
      for (const [, handle] of await nftRules(lab, 'node-a', chain)) {
        await lab.onNode(
          'node-a',
          `nft delete rule ${lab.layout.nft} kube-proxy '${chain}' handle ${handle}`,
        );
      }
    }
  },
  heal: (lab) => restoreRules(lab, 'node-a'),
};
