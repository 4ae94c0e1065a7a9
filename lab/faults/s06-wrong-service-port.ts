import { everyMode, type Fault } from './fault.ts';
import { clusterIp } from './planting/workload.ts';

/** Clients use the container's port on the ClusterIP. */
export const wrongServicePort: Fault = {
  name: 's06-wrong-service-port',
  causes: ['S06'],
  modes: everyMode,
  text: 'Clients connect to port 8080 of the ClusterIP; the Service has port 80 (and `targetPort` 8080).',
  service: 'web',
  words: '--port 8080',
  verdicts: ['broken'],
  ask: async () => ({ extra: [{ address: `tcp/${await clusterIp('web')}:8080`, label: 'web:8080' }] }),
  shows: [
    { from: /node/u, to: /^web:8080$/u, expect: 'fails' },
    { from: /node/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async () => undefined,
  heal: async () => undefined,
};
