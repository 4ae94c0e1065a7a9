import type { Fault } from './fault.ts';
import { clearLegacyTables } from './legacy-backend.ts';

/** What kube-proxy once wrote with the legacy backend is still there, and sends to pods that are gone. */
export const formerBackendStale: Fault = {
  name: 'r03-former-backend-stale',
  causes: ['R03', 'K09'],
  modes: ['iptables'],
  text: 'On node-c the legacy backend of iptables still holds what kube-proxy wrote there before it changed to the nft backend; since then all pods of `web` were replaced.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /^pod on node-c/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const { iptables } = lab.layout;
    await lab.onNode(
      'node-c',
      `for t in nat filter; do ${iptables}-nft-save -t $t | ${iptables}-legacy-restore; done`,
    );
    await lab.replacePods('shop', 'app=web');
  },
  heal: (lab) => clearLegacyTables(lab, 'node-c'),
};
