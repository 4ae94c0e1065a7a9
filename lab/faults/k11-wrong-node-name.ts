import { everyMode, type Fault } from './fault.ts';
import { overrideHostname, restoreProxyEverywhere } from './planting/proxies.ts';

/** kube-proxy calls its node by another name than the API: no endpoint is local to it. */
export const wrongNodeName: Fault = {
  name: 'k11-wrong-node-name',
  causes: ['K11'],
  modes: everyMode,
  text: 'kube-proxy runs with `--hostname-override=NODE.lab`, which no Node is called: no endpoint counts as local, externalTrafficPolicy Local drops everywhere.',
  service: 'web-lb',
  verdicts: ['degraded'],
  shows: [
    { from: /^outside/u, to: /./u, expect: 'fails' },
    { from: /node/u, to: /^web-lb$/u, expect: 'works' },
  ],
  plant: (lab) => overrideHostname(lab, '$(NODE_NAME).lab'),
  heal: (lab) => restoreProxyEverywhere(lab),
};
