import { everyMode, type Fault } from './fault.ts';

/** Nothing is wrong with a NodePort Service. */
export const healthyNodePort: Fault = {
  name: 'healthy-nodeport',
  causes: [],
  modes: everyMode,
  text: 'Nothing is wrong.',
  service: 'web-np',
  verdicts: ['healthy'],
  shows: [{ from: /./u, to: /./u, expect: 'works' }],
  plant: async () => undefined,
  heal: async () => undefined,
};
