import { apply } from '../cluster/api.ts';
import { proxyConfigMap } from '../cluster/kube-proxy.ts';
import { pause } from '../machine/run.ts';
import { everyMode, type Fault } from './fault.ts';

/** kube-proxy on one node cannot reach the API server: its rules stay as they were. */
export const proxyWithoutApi: Fault = {
  name: 'k03-proxy-without-api',
  causes: ['K03', 'K05', 'R08'],
  modes: everyMode,
  text: 'kube-proxy on node-b was restarted with a kubeconfig that names 192.168.90.9, where no API server is; then all pods of `web` were replaced.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [
    { from: /node-b/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ac]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await apply([proxyConfigMap(lab.shape, { server: 'https://192.168.90.9:6443' })]);
    await pause(2000);
    const pod = await lab.proxyPod('node-b');
    await lab.deletePod('kube-system', pod?.name ?? '');
    await pause(4000);
    await lab.replacePods('shop', 'app=web');
  },
  heal: async (lab) => {
    await apply([proxyConfigMap(lab.shape)]);
    await pause(2000);
    await lab.restartProxy();
  },
};
