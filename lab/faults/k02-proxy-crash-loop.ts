import { apply } from '../cluster/api.ts';
import { proxyConfigMap } from '../cluster/kube-proxy.ts';
import { pause } from '../machine/run.ts';
import { everyMode, type Fault } from './fault.ts';

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
  plant: async (lab) => {
    await apply([proxyConfigMap(lab.shape, { setConntrackMax: true })]);
    await pause(2000);
    const pod = await lab.proxyPod('node-b');
    await lab.deletePod('kube-system', pod?.name ?? '');
    await pause(5000);
    await lab.replacePods('shop', 'app=web');
  },
  heal: async (lab) => {
    await apply([proxyConfigMap(lab.shape)]);
    await pause(2000);
    await lab.restartProxy();
  },
};
