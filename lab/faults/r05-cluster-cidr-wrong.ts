import { everyMode, type Fault } from './fault.ts';
import { configureProxies } from './planting/proxies.ts';

/** kube-proxy takes pods for strangers: their packets to Services carry the address of the node. */
export const clusterCidrWrong: Fault = {
  name: 'r05-cluster-cidr-wrong',
  causes: ['R05', 'K13'],
  modes: everyMode,
  text: 'clusterCIDR of kube-proxy is a range that pods are not of: what pods send to a Service is masqueraded, so that servers and policies see nodes for clients.',
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
  plant: (lab) => configureProxies(lab, { clusterCidr: lab.layout.otherClusterCidr }),
  heal: (lab) => configureProxies(lab),
};
