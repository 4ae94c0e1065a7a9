import { apply, remove } from '../cluster/api.ts';
import type { ApiObject } from '../cluster/api.ts';
import { startControllerManager } from '../cluster/control-plane.ts';
import { everyMode, type Fault } from './fault.ts';
import { killComponent } from './planting/components.ts';

const fresh: ApiObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'fresh', namespace: 'shop' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }] },
};

/** The controller-manager is dead: a new Service gets no slices. */
export const controllersStopped: Fault = {
  name: 'o03-controllers-stopped',
  causes: ['O03'],
  modes: everyMode,
  text: 'kube-controller-manager is dead; Service `fresh`, made after that, selects the pods of `web` but gets no EndpointSlice.',
  service: 'fresh',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^fresh$/u, expect: 'fails' }],
  plant: async () => {
    killComponent('kube-controller-manager');
    await apply([fresh]);
  },
  heal: async () => {
    startControllerManager();
    await remove(fresh);
  },
};
