import { ruleModes, type Fault } from './fault.ts';
import { editTable, nftChain, nftRules, restoreRules } from './planting/rules.ts';
import { podAddresses } from './planting/workload.ts';

/** The shares of the endpoints are wrong on one node. */
export const weightsEdited: Fault = {
  name: 'r09-weights-edited',
  causes: ['R09', 'R08', 'K05'],
  modes: ruleModes,
  text: 'On node-c the endpoint on node-a gets nine connections of ten (in nftables mode: all), the others share the rest.',
  service: 'web',
  verdicts: ['degraded', 'healthy'],
  nodes: ['node-c'],
  ask: { options: { tries: 40, timeoutMs: 1000 } },
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'uneven' },
    { from: /node/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const address = (await podAddresses(lab, 'web')).get('node-a') ?? '';
    if (lab.shape.mode === 'iptables') {
      let first = true;
      await editTable(lab, 'node-c', 'nat', (line) => {
        if (!line.includes('"shop/web:http -> ') || !line.includes('--probability') || !first) return line;
        first = false;
        return line.replace(/--probability \S+/u, '--probability 0.90000000000');
      });
    } else {
      const chain = await nftChain(lab, 'node-c', 'service-', '-shop/web/tcp/http');
      const [text = '', handle = ''] = (await nftRules(lab, 'node-c', chain)).at(-1) ?? [];
      const edited = text.replaceAll(/: [\d.a-f:]+ \. 8080/gu, `: ${address} . 8080`);
      await lab.onNode(
        'node-c',
        `nft replace rule ${lab.layout.nft} kube-proxy '${chain}' handle ${handle} '${edited}'`,
      );
    }
  },
  heal: (lab) => restoreRules(lab, 'node-c'),
};
