import { imageReferences } from '../build/images.ts';
import { slow } from '../machine/run.ts';
import type { ApiObject } from './api.ts';
import type { LabNode } from './layout.ts';

/** What a fault may change in a Deployment's pods. */
export interface ServerChange {
  readonly replicas?: number;
  /** Listeners of the agent, e.g. `http:127.0.0.1:8080`; 0.0.0.0 is every address of both families, $(POD_IP) the pod's first one. */
  readonly listeners?: readonly string[];
  readonly readinessPath?: string;
  readonly readinessPort?: number;
  readonly noReadiness?: boolean;
  readonly image?: string;
  readonly portName?: string;
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly readinessGate?: string;
  readonly command?: readonly string[];
}

/** A Deployment of the lab's server in namespace `shop`. */
export function deployment(name: 'web' | 'solo' | 'echo', change: ServerChange = {}): ApiObject {
  const udp = name === 'echo';
  const listeners =
    change.listeners ?? (udp ? ['udp:0.0.0.0:7000', 'http:0.0.0.0:8080'] : ['http:0.0.0.0:8080']);
  const labels = { app: name, ...change.podLabels };
  const probe = {
    httpGet: { path: change.readinessPath ?? '/', port: change.readinessPort ?? 8080 },
    periodSeconds: slow > 1 ? 10 : 2,
    timeoutSeconds: slow > 1 ? 9 : 1,
    failureThreshold: 2,
  };
  const port = udp
    ? { name: change.portName ?? 'udp', containerPort: 7000, protocol: 'UDP' }
    : { name: change.portName ?? 'http', containerPort: 8080, protocol: 'TCP' };
  const spread = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: name } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', labels: { app: name } },
    spec: {
      replicas: change.replicas ?? { web: 3, solo: 1, echo: 2 }[name],
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          ...(name === 'solo'
            ? { nodeSelector: { 'kubernetes.io/hostname': 'node-b' } }
            : { topologySpreadConstraints: [spread] }),
          ...(change.readinessGate === undefined
            ? {}
            : { readinessGates: [{ conditionType: change.readinessGate }] }),
          containers: [
            {
              name: 'app',
              image: change.image ?? imageReferences.app,
              imagePullPolicy: 'Never',
              ...(change.command === undefined ? {} : { command: change.command }),
              args: listeners,
              env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
              ports: [port],
              ...(change.noReadiness === true ? {} : { readinessProbe: probe }),
            },
          ],
        },
      },
    },
  };
}

function service(name: string, spec: Readonly<Record<string, unknown>>): ApiObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec };
}

const http = { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 };

/** Names of the lab's Services in `shop`. */
export type ShopService =
  'web' | 'web-np' | 'web-lb' | 'web-sticky' | 'web-headless' | 'solo' | 'echo' | 'upstream';

/** The Services of namespace `shop`, by name. */
export const shopServices: Readonly<Record<ShopService, ApiObject>> = {
  web: service('web', { selector: { app: 'web' }, ports: [http] }),
  'web-np': service('web-np', {
    type: 'NodePort',
    selector: { app: 'web' },
    ports: [{ ...http, targetPort: 'http', nodePort: 30080 }],
  }),
  'web-lb': service('web-lb', {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    selector: { app: 'web' },
    ports: [{ ...http, nodePort: 30081 }],
  }),
  'web-sticky': service('web-sticky', {
    selector: { app: 'web' },
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
    ports: [http],
  }),
  'web-headless': service('web-headless', { clusterIP: 'None', selector: { app: 'web' }, ports: [http] }),
  solo: service('solo', { selector: { app: 'solo' }, ports: [http] }),
  echo: service('echo', {
    selector: { app: 'echo' },
    ports: [{ name: 'udp', port: 7000, protocol: 'UDP', targetPort: 7000 }],
  }),
  upstream: service('upstream', { type: 'ExternalName', externalName: 'db.example.net' }),
};

/** A pod that only connects, on one node. */
export function clientPod(node: LabNode): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: clientName(node.name), namespace: 'shop', labels: { role: 'client' } },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': node.name },
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'client', image: imageReferences.app, imagePullPolicy: 'Never' }],
    },
  };
}

/** The client pod of a node: `client-a` on `node-a`. */
export function clientName(node: string): string {
  return node.replace('node-', 'client-');
}

/** Everything in namespace `shop`, in the order of creation. */
export function shopObjects(nodes: readonly LabNode[]): ApiObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    deployment('web'),
    deployment('solo'),
    deployment('echo'),
    ...Object.values(shopServices),
    ...nodes.map((n) => clientPod(n)),
  ];
}
