import { kubernetes } from '../machine/places.ts';
import { everyMode, type Fault } from './fault.ts';
import { keepProxyOff, restoreProxyEverywhere } from './planting/proxies.ts';

/** kube-proxy is not scheduled on one node, and its rules are gone. */
export const noProxyOnNode: Fault = {
  name: 'k01-no-proxy-on-node',
  causes: ['K01', 'R02', 'R01', 'R17'],
  modes: everyMode,
  text: 'The DaemonSet kube-proxy excludes node-c; its rules there were cleaned up.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await keepProxyOff(lab, ['node-c']);
    await lab.onNode(
      'node-c',
      `${kubernetes('kube-proxy')} --cleanup --proxy-mode=${lab.shape.mode} || true`,
    );
  },
  heal: (lab) => restoreProxyEverywhere(lab),
};
