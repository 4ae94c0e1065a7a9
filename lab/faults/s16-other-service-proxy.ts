import { everyMode, type Fault } from './fault.ts';
import { changeService, restoreService } from './planting/workload.ts';

/** A label tells kube-proxy to leave the Service alone. */
export const otherServiceProxy: Fault = {
  name: 's16-other-service-proxy',
  causes: ['S16'],
  modes: everyMode,
  text: 'The Service carries the label `service.kubernetes.io/service-proxy-name: mesh`; no such proxy runs, and kube-proxy leaves it alone.',
  service: 'web',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^web/u, expect: 'fails' }],
  plant: () => changeService('web', {}, { labels: { 'service.kubernetes.io/service-proxy-name': 'mesh' } }),
  heal: () => restoreService('web'),
};
