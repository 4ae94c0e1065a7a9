import { apply, remove } from '../cluster/api.ts';
import { proxyBinding } from '../cluster/kube-proxy.ts';
import { pause } from '../machine/run.ts';
import { everyMode, type Fault } from './fault.ts';
import { restartProxy } from '../cluster/restart-proxy.ts';

/** kube-proxy may no longer list Services and EndpointSlices. */
export const proxyForbidden: Fault = {
  name: 'k04-proxy-forbidden',
  causes: ['K04', 'K03', 'K05', 'R08'],
  modes: everyMode,
  text: 'The ClusterRoleBinding of kube-proxy is gone and kube-proxy was restarted everywhere; then all pods of `web` were replaced.',
  service: 'web',
  verdicts: ['broken', 'degraded'],
  shows: [{ from: /node/u, to: /^web$/u, expect: 'fails' }],
  plant: async (lab) => {
    await remove(proxyBinding);
    for (const pod of await lab.pods('kube-system', 'k8s-app=kube-proxy')) {
      await lab.deletePod('kube-system', pod.name);
    }
    await pause(5000);
    await lab.replacePods('shop', 'app=web');
  },
  heal: async (lab) => {
    await apply([proxyBinding]);
    await restartProxy(lab);
  },
};
