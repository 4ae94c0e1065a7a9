import type { Fault } from './fault.ts';
import { podAddresses } from './planting/workload.ts';
import { restartProxy } from '../cluster/restart-proxy.ts';

/** The set that masquerades a pod's connection to itself lacks a member. */
export const loopbackMemberGone: Fault = {
  name: 'r18-loopback-set-member-gone',
  causes: ['R18', 'N02'],
  modes: ['ipvs'],
  families: ['ipv4', 'dual'],
  text: 'On node-b the ipset KUBE-LOOP-BACK lacks the pod of `solo`: it cannot reach itself through the Service.',
  service: 'solo',
  verdicts: ['degraded'],
  nodes: ['node-b'],
  ask: { fromItself: true },
  shows: [
    { from: /^solo-/u, to: /^solo$/u, expect: 'fails' },
    { from: /^pod|^node/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const address = (await podAddresses(lab, 'solo')).get('node-b') ?? '';
    await lab.onNode('node-b', `ipset del KUBE-LOOP-BACK ${address},tcp:8080,${address}`);
  },
  heal: (lab) => restartProxy(lab, 'node-b'),
};
