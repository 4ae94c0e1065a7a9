import { everyMode, type Fault } from './fault.ts';
import { changeService, restoreService } from './planting/workload.ts';

/** loadBalancerSourceRanges excludes the client. */
export const sourceRanges: Fault = {
  name: 'x04-source-ranges',
  causes: ['X04'],
  modes: everyMode,
  text: 'loadBalancerSourceRanges is 203.0.113.0/24; the client outside is 192.168.90.50.',
  service: 'web-lb',
  verdicts: ['degraded', 'healthy'],
  words: '--external',
  shows: [
    { from: /^outside/u, to: /^192/u, expect: 'fails', errors: ['timeout'] },
    { from: /node/u, to: /^web-lb$/u, expect: 'works' },
  ],
  plant: () => changeService('web-lb', { loadBalancerSourceRanges: ['203.0.113.0/24'] }),
  heal: () => restoreService('web-lb'),
};
