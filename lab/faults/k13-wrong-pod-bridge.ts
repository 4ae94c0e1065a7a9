import { everyMode, type Fault } from './fault.ts';
import { configureProxies } from './planting/proxies.ts';

/** kube-proxy tells pods by a bridge that no node has. */
export const wrongPodBridge: Fault = {
  name: 'k13-wrong-pod-bridge',
  causes: ['K13', 'R05'],
  modes: everyMode,
  text: 'kube-proxy tells pods by the bridge `docker0`, and theirs is `cni0`: what pods send to a Service is masqueraded, so that servers and policies see nodes for clients.',
  service: 'web',
  verdicts: ['degraded', 'healthy'],
  shows: [
    {
      from: /^pod/u,
      to: /^web$/u,
      expect: 'works',
      clients: /^(192\.168\.90\.|10\.244\.\d\.1$|fd00:90::|fd00:10:244:\d::1$)/u,
    },
  ],
  plant: (lab) => configureProxies(lab, { podBridge: 'docker0' }),
  heal: (lab) => configureProxies(lab),
};
