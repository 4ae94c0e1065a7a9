import { apiAt } from '../cluster/layout.ts';
import { everyMode, type Fault } from './fault.ts';
import { configureProxies, disableProxy } from './planting/proxies.ts';

/** kube-proxy on one node cannot reach the API server: its rules stay as they were. */
export const proxyWithoutApi: Fault = {
  name: 'k03-proxy-without-api',
  causes: ['K03', 'K05', 'R08'],
  modes: everyMode,
  text: 'kube-proxy on node-b was restarted with a kubeconfig that names an address where no API server is; then all pods of `web` were replaced.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [
    { from: /node-b/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ac]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: (lab) => disableProxy(lab, 'node-b', { server: apiAt(lab.layout.nobody) }),
  heal: (lab) => configureProxies(lab),
};
