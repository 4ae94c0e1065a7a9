import type { Fault } from './fault.ts';
import { editTable, restoreRules } from './planting/rules.ts';
import { podAddresses } from './planting/workload.ts';

/** The chain of one endpoint is empty: a share of the connections is not translated. */
export const endpointChainEmpty: Fault = {
  name: 'r08-endpoint-chain-empty',
  causes: ['R08', 'K05'],
  modes: ['iptables'],
  text: 'On node-b the chain of the endpoint on node-c is empty: a third of the connections is not translated and goes nowhere.',
  service: 'web',
  verdicts: ['degraded'],
  nodes: ['node-b'],
  ask: { options: { tries: 12, timeoutMs: 1000 } },
  shows: [
    { from: /node-b/u, to: /^web$/u, expect: 'partly', any: true },
    { from: /node-[ac]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const address = (await podAddresses(lab, 'web')).get('node-c') ?? '';
    await editTable(lab, 'node-b', 'nat', (line) =>
      line.startsWith('-A KUBE-SEP') && line.includes('"shop/web:http"') && line.includes(address)
        ? undefined
        : line,
    );
  },
  heal: (lab) => restoreRules(lab, 'node-b'),
};
