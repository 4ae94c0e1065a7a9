import { everyMode, type Fault } from './fault.ts';
import { changeService, restoreService } from './planting/workload.ts';

/** loadBalancerSourceRanges excludes the client. */
export const sourceRanges: Fault = {
  name: 'x04-source-ranges',
  causes: ['X04'],
  modes: everyMode,
  text: 'loadBalancerSourceRanges is a range that the client outside is not of.',
  service: 'web-lb',
  verdicts: ['degraded', 'healthy'],
  words: '--external',
  shows: [
    { from: /^outside/u, to: /^192/u, expect: 'fails', errors: ['timeout'] },
    { from: /node/u, to: /^web-lb$/u, expect: 'works' },
  ],
  plant: (lab) => changeService('web-lb', { loadBalancerSourceRanges: [lab.layout.elsewhere] }),
  heal: () => restoreService('web-lb'),
};
