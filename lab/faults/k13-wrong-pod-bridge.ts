import { apply } from '../cluster/api.ts';
import { proxyConfigMap } from '../cluster/kube-proxy.ts';
import { pause } from '../machine/run.ts';
import { ruleModes, type Fault } from './fault.ts';

/** kube-proxy tells pods by a bridge that no node has. */
export const wrongPodBridge: Fault = {
  name: 'k13-wrong-pod-bridge',
  causes: ['K13', 'R05'],
  modes: ruleModes,
  text: 'kube-proxy tells pods by the bridge `docker0`, and theirs is `cni0`: what pods send to a Service is masqueraded, so that servers and policies see nodes for clients.',
  service: 'web',
  verdicts: ['degraded', 'healthy'],
  shows: [{ from: /^pod/u, to: /^web$/u, expect: 'works', clients: /^(192\.168\.90\.|10\.244\.\d\.1$)/u }],
  plant: async (lab) => {
    await apply([proxyConfigMap(lab.shape, { podBridge: 'docker0' })]);
    await pause(2000);
    await lab.restartProxy();
  },
  heal: async (lab) => {
    await apply([proxyConfigMap(lab.shape)]);
    await pause(2000);
    await lab.restartProxy();
  },
};
