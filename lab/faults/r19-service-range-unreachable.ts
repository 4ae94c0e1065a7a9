import { ruleModes, type Fault } from './fault.ts';

/** A route makes the service range unreachable for the node itself. */
export const serviceRangeUnreachable: Fault = {
  name: 'r19-service-range-unreachable',
  causes: ['R19'],
  modes: ruleModes,
  text: 'On node-c an `unreachable` route to the range of Services stops what the node itself sends to Services; pods there are not touched.',
  service: 'web',
  verdicts: ['degraded'],
  nodes: ['node-c'],
  shows: [
    { from: /^node-c/u, to: /^web$/u, expect: 'fails' },
    { from: /^pod on node-c/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode('node-c', `${lab.layout.ip} route add unreachable ${lab.layout.serviceCidr}`);
  },
  heal: async (lab) => {
    await lab.tryOnNode('node-c', `${lab.layout.ip} route del unreachable ${lab.layout.serviceCidr}`);
  },
};
