import { ruleModes, type Fault } from './fault.ts';
import { editTable, restoreRules } from './planting/rules.ts';
import { podAddresses } from './planting/workload.ts';

/** The rule that masquerades a pod's connection to itself is gone. */
export const hairpinMasqueradeMissing: Fault = {
  name: 'n02-hairpin-masquerade-missing',
  causes: ['N02', 'R07', 'R08'],
  modes: ruleModes,
  text: 'On node-b the masquerade of the pod of `solo` to itself is gone (the mark rule of its endpoint chain, or its element of `hairpin-connections`).',
  service: 'solo',
  verdicts: ['degraded'],
  nodes: ['node-b'],
  ask: { fromItself: true },
  shows: [
    { from: /^solo-/u, to: /^solo$/u, expect: 'fails' },
    { from: /^pod|^node/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const address = (await podAddresses(lab, 'solo')).get('node-b') ?? '';
    if (lab.shape.mode === 'iptables') {
      await editTable(lab, 'node-b', 'nat', (line) =>
        line.startsWith('-A KUBE-SEP') && line.includes(`-s ${address}/`) && line.includes('shop/solo')
          ? undefined
          : line,
      );
    } else {
      await lab.onNode(
        'node-b',
        `nft delete element ${lab.layout.nft} kube-proxy hairpin-connections '{ ${address} . ${address} . tcp . 8080 }'`,
      );
    }
  },
  heal: (lab) => restoreRules(lab, 'node-b'),
};
