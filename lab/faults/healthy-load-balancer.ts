import { everyMode, type Fault } from './fault.ts';

/** Nothing is wrong with a load-balancer Service whose traffic policy is Local and that has an endpoint on every node. */
export const healthyLoadBalancer: Fault = {
  name: 'healthy-load-balancer',
  causes: [],
  modes: everyMode,
  text: 'Nothing is wrong: externalTrafficPolicy is Local, and every node has an endpoint.',
  service: 'web-lb',
  verdicts: ['healthy'],
  shows: [{ from: /./u, to: /./u, expect: 'works' }],
  plant: async () => undefined,
  heal: async () => undefined,
};
