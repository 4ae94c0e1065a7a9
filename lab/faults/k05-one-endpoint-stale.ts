import { everyMode, type Fault } from './fault.ts';
import { signalProxy } from './planting/proxies.ts';
import { restartProxy } from '../cluster/restart-proxy.ts';

/** kube-proxy on one node hangs; one pod of three was replaced. */
export const oneEndpointStale: Fault = {
  name: 'k05-one-endpoint-stale',
  causes: ['K05', 'K01', 'K03', 'R08'],
  modes: everyMode,
  text: 'kube-proxy on node-a hangs (stopped by a signal); then the pod of `web` on node-c was replaced. node-a still sends a third to the pod that is gone.',
  service: 'web',
  verdicts: ['degraded'],
  nodes: ['node-a'],
  ask: { options: { tries: 12, timeoutMs: 1000 } },
  shows: [
    { from: /node-a/u, to: /^web$/u, expect: 'partly', any: true },
    { from: /node-[bc]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await signalProxy(lab, 'node-a', 'STOP');
    const pods = await lab.pods('shop', 'app=web');
    await lab.deletePod('shop', pods.find((p) => p.node === 'node-c')?.name ?? '');
    await lab.untilPodsReady(60_000);
  },
  heal: async (lab) => {
    await signalProxy(lab, 'node-a', 'CONT');
    await restartProxy(lab, 'node-a');
  },
};
