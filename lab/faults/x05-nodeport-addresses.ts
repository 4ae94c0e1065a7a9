import { everyMode, type Fault } from './fault.ts';
import { configureProxies } from './planting/proxies.ts';

/** NodePorts are served on loopback addresses only. */
export const nodePortAddresses: Fault = {
  name: 'x05-nodeport-addresses',
  causes: ['X05'],
  modes: everyMode,
  text: '`nodePortAddresses` of kube-proxy is the loopback range: no NodePort is served on the addresses of the nodes.',
  service: 'web-np',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^outside/u, to: /^node/u, expect: 'fails', errors: ['refused'] },
    { from: /node/u, to: /^web-np$/u, expect: 'works' },
  ],
  plant: (lab) => configureProxies(lab, { nodePortAddresses: [lab.layout.loopback] }),
  heal: (lab) => configureProxies(lab),
};
