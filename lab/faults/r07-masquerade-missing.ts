import { everyMode, type Fault } from './fault.ts';
import { editTable, nftRules, restoreRules } from './planting/rules.ts';

/** The masquerade of kube-proxy is gone on one node. */
export const masqueradeMissing: Fault = {
  name: 'r07-masquerade-missing',
  causes: ['R07'],
  modes: everyMode,
  text: 'On node-a the masquerade rule of kube-proxy is gone: replies to NodePort clients that entered there come from the pod itself.',
  service: 'web-np',
  verdicts: ['degraded'],
  nodes: ['node-a'],
  ask: { options: { tries: 12, timeoutMs: 1000 } },
  shows: [
    { from: /^outside/u, to: /^node-a:/u, expect: 'partly' },
    { from: /^outside/u, to: /^node-[bc]:/u, expect: 'works' },
  ],
  plant: async (lab) => {
    if (lab.shape.mode !== 'nftables') {
      await editTable(lab, 'node-a', 'nat', (line) =>
        line.startsWith('-A KUBE-POSTROUTING') && line.includes('-j MASQUERADE') ? undefined : line,
      );
    } else {
      const rules = await nftRules(lab, 'node-a', 'masquerading');
      const handle = rules.find(([text]) => text.includes('mark') && text.includes('masquerade'))?.[1];
      await lab.onNode(
        'node-a',
        `nft delete rule ${lab.layout.nft} kube-proxy masquerading handle ${handle}`,
      );
    }
  },
  heal: (lab) => restoreRules(lab, 'node-a'),
};
