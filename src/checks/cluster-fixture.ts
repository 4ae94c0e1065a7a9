import type { Cluster } from './prove-check-fixture.ts';

type Fields = Readonly<Record<string, unknown>>;

const metadata = (name: string, namespace: string, more: Fields = {}): object => ({
  name,
  namespace,
  ...more,
});

/** For tests: Service `shop/web`, port 80 to 8080, selecting `app: web`. */
export function service(spec: Fields = {}, meta: Fields = {}): object {
  return {
    metadata: metadata('web', 'shop', meta),
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.7',
      selector: { app: 'web' },
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
  };
}

/** For tests: a ready pod of `shop/web` on node-a that declares 8080 as `http` and probes it. */
export function pod(name = 'web-1', status: Fields = {}, spec: Fields = {}, meta: Fields = {}): object {
  return {
    metadata: metadata(name, 'shop', { labels: { app: 'web' }, ...meta }),
    spec: {
      nodeName: 'node-a',
      containers: [
        {
          name: 'app',
          ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
          readinessProbe: { httpGet: { port: 8080, path: '/healthz' } },
        },
      ],
      ...spec,
    },
    status: {
      phase: 'Running',
      podIP: '10.244.1.9',
      conditions: [{ type: 'Ready', status: 'True' }],
      ...status,
    },
  };
}

/** For tests: the slice that belongs to `service()` and `pod()`. */
export function slice(endpoints: readonly Fields[] = [{}], more: Fields = {}, meta: Fields = {}): object {
  return {
    metadata: metadata('web-x', 'shop', { labels: { 'kubernetes.io/service-name': 'web' }, ...meta }),
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: endpoints.map((endpoint) => ({
      addresses: ['10.244.1.9'],
      conditions: { ready: true },
      nodeName: 'node-a',
      ...endpoint,
    })),
    ...more,
  };
}

/** For tests: node-a, ready. */
export function node(status: Fields = {}, spec: Fields = {}, name = 'node-a', meta: Fields = {}): object {
  return {
    metadata: { name, ...meta },
    spec: { podCIDR: '10.244.1.0/24', ...spec },
    status: {
      addresses: [{ type: 'InternalIP', address: '192.0.2.11' }],
      conditions: [{ type: 'Ready', status: 'True' }],
      ...status,
    },
  };
}

/** For tests: the cluster's DNS: its Service, a CoreDNS pod and the Corefile. */
export function dns({
  podStatus = {},
  corefile = 'kubernetes cluster.local',
  ports,
}: { podStatus?: Fields; corefile?: string; ports?: readonly Fields[] } = {}): Required<
  Pick<Cluster, 'services' | 'pods' | 'configmaps'>
> {
  return {
    services: [
      {
        metadata: metadata('kube-dns', 'kube-system', { labels: { 'k8s-app': 'kube-dns' } }),
        spec: {
          clusterIP: '10.96.0.10',
          selector: { 'k8s-app': 'kube-dns' },
          ports: ports ?? [
            { name: 'dns', port: 53, protocol: 'UDP' },
            { name: 'dns-tcp', port: 53, protocol: 'TCP' },
          ],
        },
      },
    ],
    pods: [
      {
        metadata: metadata('coredns-1', 'kube-system', { labels: { 'k8s-app': 'kube-dns' } }),
        spec: { nodeName: 'node-a', containers: [{ name: 'coredns' }] },
        status: {
          phase: 'Running',
          podIP: '10.244.1.2',
          conditions: [{ type: 'Ready', status: 'True' }],
          ...podStatus,
        },
      },
    ],
    configmaps: [
      {
        metadata: metadata('coredns', 'kube-system'),
        data: { Corefile: `.:53 {\n  errors\n  ${corefile}\n  forward . 192.0.2.1\n}\n` },
      },
    ],
  };
}

/** For tests: the healthy `shop/web`. */
export const webCluster: Cluster = {
  services: [service()],
  pods: [pod()],
  endpointslices: [slice()],
  nodes: [node()],
  deployments: [],
  events: [],
};
