import { podName } from './api-objects.ts';
import { type BenchCluster, type BenchService, nodeAddress, nodeOfPod } from './cluster.ts';

const STARTED = '2026-01-05T11:00:00Z';

/** The pods of `cluster` as `kubectl get pods -A -o json` prints them: about 5 kB each. */
export function podsJson(cluster: BenchCluster): string {
  const items = cluster.services.flatMap((service) =>
    service.endpoints.map((address) => podObject(service, address)),
  );
  return JSON.stringify(
    { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } },
    null,
    4,
  );
}

export function podObject(service: BenchService, address: string): object {
  const { namespace, name, targetPort } = service;
  const node = nodeOfPod(address);
  const probe = {
    failureThreshold: 3,
    httpGet: { path: '/healthz', port: targetPort, scheme: 'HTTP' },
    periodSeconds: 10,
    successThreshold: 1,
    timeoutSeconds: 1,
  };
  const container = { image: `registry.example/${name}:1.4.2`, name: 'app' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      creationTimestamp: STARTED,
      generateName: `${name}-`,
      labels: { app: name, 'pod-template-hash': '6f7d9c5b4d' },
      name: podName(service, address),
      namespace,
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          blockOwnerDeletion: true,
          controller: true,
          kind: 'ReplicaSet',
          name: `${name}-6f7d9c5b4d`,
          uid: '2c4b0f4e-3d57-4d5a-8f0a-1f6c1b7a9e01',
        },
      ],
      resourceVersion: '812345',
      uid: '0d9a6a53-9d0c-4e3f-8c8e-6e6a6b1c2d03',
    },
    spec: {
      containers: [
        {
          ...container,
          env: [{ name: 'LISTEN', value: `:${targetPort}` }],
          imagePullPolicy: 'IfNotPresent',
          livenessProbe: probe,
          ports: [{ containerPort: targetPort, name: 'http', protocol: 'TCP' }],
          readinessProbe: probe,
          resources: { limits: { memory: '256Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          volumeMounts: [
            {
              mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
              name: 'kube-api-access',
              readOnly: true,
            },
          ],
        },
      ],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      nodeName: `node-${node}`,
      preemptionPolicy: 'PreemptLowerPriority',
      priority: 0,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      serviceAccountName: 'default',
      terminationGracePeriodSeconds: 30,
      tolerations: ['not-ready', 'unreachable'].map((key) => ({
        effect: 'NoExecute',
        key: `node.kubernetes.io/${key}`,
        operator: 'Exists',
        tolerationSeconds: 300,
      })),
      volumes: [{ name: 'kube-api-access', projected: { defaultMode: 420, sources: [] } }],
    },
    status: {
      conditions: [
        'PodReadyToStartContainers',
        'Initialized',
        'Ready',
        'ContainersReady',
        'PodScheduled',
      ].map((type) => ({ lastProbeTime: null, lastTransitionTime: STARTED, status: 'True', type })),
      containerStatuses: [
        {
          ...container,
          containerID: 'containerd://8f14e45fceea167a5a36dedd4bea2543',
          imageID: 'registry.example/app@sha256:9f86d081884c7d659a2feaa0c55ad015',
          lastState: {},
          ready: true,
          restartCount: 0,
          started: true,
          state: { running: { startedAt: STARTED } },
        },
      ],
      hostIP: nodeAddress(node),
      hostIPs: [{ ip: nodeAddress(node) }],
      phase: 'Running',
      podIP: address,
      podIPs: [{ ip: address }],
      qosClass: 'Burstable',
      startTime: STARTED,
    },
  };
}
