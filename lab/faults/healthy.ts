import { everyMode, type Fault } from './fault.ts';

/** Nothing is wrong: the measure of false alarms. */
export const healthy: Fault = {
  name: 'healthy',
  causes: [],
  modes: everyMode,
  text: 'Nothing is wrong.',
  service: 'web',
  verdicts: ['healthy'],
  shows: [{ from: /./u, to: /./u, expect: 'works' }],
  plant: async () => undefined,
  heal: async () => undefined,
};
