import { everyMode, type Fault } from './fault.ts';
import { configureProxies, disableProxy } from './planting/proxies.ts';

/** kube-proxy on one node ends at start, because it may not write a sysctl. */
export const proxyCrashLoop: Fault = {
  name: 'k02-proxy-crash-loop',
  causes: ['K02', 'K05', 'K01', 'R08'],
  modes: everyMode,
  text: 'kube-proxy was restarted on node-b with a ConfigMap that has it set nf_conntrack_max, which a nested node may not: it ends at start again and again. Then all pods of `web` were replaced.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [
    { from: /node-b/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ac]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: (lab) => disableProxy(lab, 'node-b', { setConntrackMax: true }),
  heal: (lab) => configureProxies(lab),
};
