import { type BenchCluster, type BenchService, nodeOfPod } from './cluster.ts';

const PER_SLICE = 100;

/** The Services of `cluster` as `kubectl get services -A -o json` prints them, without indentation. */
export function servicesJson(cluster: BenchCluster): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: cluster.services.map(serviceObject) });
}

/** The EndpointSlices of `cluster`, at most a hundred endpoints each, as a List without indentation. */
export function endpointSlicesJson(cluster: BenchCluster): string {
  const items = cluster.services.flatMap(sliceObjects);
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

/** What the pod of `service` at `address` is called. */
export function podName({ name }: BenchService, address: string): string {
  return `${name}-${address.replaceAll('.', '-')}`;
}

export function serviceObject(service: BenchService): object {
  const { namespace, name, clusterIp, loadBalancerIp, nodePort } = service;
  const isBalanced = loadBalancerIp !== undefined;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: {
      type: isBalanced ? 'LoadBalancer' : nodePort === undefined ? 'ClusterIP' : 'NodePort',
      clusterIP: clusterIp,
      clusterIPs: [clusterIp],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      ...(isBalanced || nodePort !== undefined ? { externalTrafficPolicy: 'Cluster' } : {}),
      selector: { app: name },
      sessionAffinity: service.hasAffinity ? 'ClientIP' : 'None',
      ...(service.hasAffinity ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } } : {}),
      ports: [
        {
          name: 'http',
          protocol: 'TCP',
          port: service.port,
          targetPort: service.targetPort,
          ...(nodePort === undefined ? {} : { nodePort }),
        },
      ],
    },
    status: { loadBalancer: isBalanced ? { ingress: [{ ip: loadBalancerIp }] } : {} },
  };
}

export function sliceObjects(service: BenchService): object[] {
  const count = Math.max(1, Math.ceil(service.endpoints.length / PER_SLICE));
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: service.namespace,
      name: `${service.name}-${index}`,
      labels: { 'kubernetes.io/service-name': service.name },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: service.targetPort }],
    endpoints: service.endpoints.slice(index * PER_SLICE, (index + 1) * PER_SLICE).map((address) => ({
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${nodeOfPod(address)}`,
      targetRef: { kind: 'Pod', namespace: service.namespace, name: podName(service, address) },
    })),
  }));
}
