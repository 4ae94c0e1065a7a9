import { apply } from '../cluster/api.ts';
import { proxyConfigMap } from '../cluster/kube-proxy.ts';
import { pause } from '../machine/run.ts';
import { ruleModes, type Fault } from './fault.ts';

/** NodePorts are served on loopback addresses only. */
export const nodePortAddresses: Fault = {
  name: 'x05-nodeport-addresses',
  causes: ['X05'],
  modes: ruleModes,
  text: '`nodePortAddresses` of kube-proxy is 127.0.0.0/8: no NodePort is served on the addresses of the nodes.',
  service: 'web-np',
  verdicts: ['degraded', 'broken'],
  shows: [
    { from: /^outside/u, to: /^node/u, expect: 'fails', errors: ['refused'] },
    { from: /node/u, to: /^web-np$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await apply([proxyConfigMap(lab.shape, { nodePortAddresses: ['127.0.0.0/8'] })]);
    await pause(2000);
    await lab.restartProxy();
  },
  heal: async (lab) => {
    await apply([proxyConfigMap(lab.shape)]);
    await pause(2000);
    await lab.restartProxy();
  },
};
