import { everyMode, type Fault } from './fault.ts';
import { signalProxy } from './planting/proxies.ts';
import { restartProxy } from '../cluster/restart-proxy.ts';

/** kube-proxy on one node hangs: its rules name pods that are gone. */
export const proxyFrozen: Fault = {
  name: 'k05-proxy-frozen',
  causes: ['K05', 'K01', 'K03', 'R08'],
  modes: everyMode,
  text: 'kube-proxy on node-b hangs (stopped by a signal); then all pods of `web` were replaced. node-b still sends to the pods that are gone.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [
    { from: /node-b/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ac]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await signalProxy(lab, 'node-b', 'STOP');
    await lab.replacePods('shop', 'app=web');
  },
  heal: async (lab) => {
    await signalProxy(lab, 'node-b', 'CONT');
    await restartProxy(lab, 'node-b');
  },
};
