import { describe } from 'vitest';
import { promise, verified } from '../../verify/verification-fixture.ts';
import { node, pod, service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { endpointsReady } from './ready.ts';

const unready = { conditions: [{ type: 'Ready', status: 'False' }] };
const withPod = (status: object) => ({ ...webCluster, pods: [pod('web-1', { ...unready, ...status })] });
const blind = { services: [service()], pods: [pod()] };

describe('endpoints/ready, a probe that fails', () => {
  const event = {
    metadata: { name: 'e', namespace: 'shop' },
    reason: 'Unhealthy',
    type: 'Warning',
    message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
  };
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: { ...withPod({ containerStatuses: [{ name: 'app', ready: false }] }), events: [event] },
    problem: {
      severity: 'error',
      faults: ['E01'],
      summary: /readiness probe GET :8080\/healthz fails: HTTP probe failed with statuscode: 503/,
    },
    blind,
  });
});

describe('endpoints/ready, a container that has not started', () => {
  const said = (message: string) => ({
    metadata: { name: message, namespace: 'shop' },
    reason: 'Unhealthy',
    type: 'Warning',
    message,
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
  });
  const probed = pod(
    'web-1',
    { ...unready, containerStatuses: [{ name: 'app', ready: false, started: false }] },
    {
      nodeName: 'node-a',
      containers: [
        {
          name: 'app',
          readinessProbe: { httpGet: { port: 8080, path: '/ready' } },
          startupProbe: { httpGet: { port: 8081, path: '/health' } },
        },
      ],
    },
  );
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: {
      ...webCluster,
      pods: [probed],
      events: [
        said(
          'Startup probe failed: Get "http://10.244.1.9:8081/health": dial tcp 10.244.1.9:8081: connect: connection refused',
        ),
        said('Readiness probe failed: HTTP probe failed with statuscode: 503'),
      ],
    },
    problem: {
      severity: 'error',
      faults: ['E01', 'P02', 'P01'],
      summary: /is ready: startup probe GET :8081\/health fails: connection refused$/,
    },
    blind,
  });
});

describe('endpoints/ready, a container that crashes', () => {
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' };
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: withPod({
      containerStatuses: [
        {
          name: 'app',
          ready: false,
          restartCount: 7,
          state: { waiting },
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        },
      ],
    }),
    problem: {
      severity: 'error',
      faults: ['E02'],
      summary: /CrashLoopBackOff, last exit code 137 \(OOMKilled\), 7 restarts/,
    },
    blind,
  });
});

describe('endpoints/ready, a gate that nobody opens', () => {
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: {
      ...webCluster,
      pods: [
        pod(
          'web-1',
          { ...unready, containerStatuses: [{ name: 'app', ready: true }] },
          { readinessGates: [{ conditionType: 'lb/ready' }] },
        ),
      ],
    },
    problem: { faults: ['E03'], summary: /readiness gate lb\/ready is not open/ },
    blind,
  });
});

describe('endpoints/ready, a node that is gone', () => {
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: {
      ...withPod({}),
      nodes: [node({ conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] })],
    },
    problem: { faults: ['O01'], node: 'node-a', summary: /node node-a is not ready \(NodeStatusUnknown\)/ },
    blind,
  });
});

describe('endpoints/ready, scaled to nothing', () => {
  const deployment = {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 0, template: { metadata: { labels: { app: 'web' } } } },
  };
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: { ...webCluster, pods: [], deployments: [deployment] },
    problem: { faults: ['E02', 'S01'], summary: /Deployment web, .* has no pod: it is scaled to 0/ },
    blind,
  });
});

describe('endpoints/ready, a pod that gets no network', () => {
  const event = (message: string) => ({
    metadata: { name: 'e', namespace: 'shop' },
    reason: 'FailedCreatePodSandBox',
    type: 'Warning',
    message: `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "x": ${message}`,
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
  });
  const waiting = {
    phase: 'Pending',
    podIP: undefined,
    containerStatuses: [{ name: 'app', ready: false, state: { waiting: { reason: 'ContainerCreating' } } }],
  };
  const told = (message: string) => ({ ...withPod(waiting), events: [event(message)] });
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: told('plugin type="aws-cni" failed (add): failed to assign an IP address to container'),
    problem: { faults: ['N14', 'E02'], summary: /no address is left for it/ },
    blind,
  });
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: told(
      'plugin type="bridge" failed (add): "cni0" already has an IP address different from 10.244.1.1/24',
    ),
    problem: { faults: ['N11', 'E02'], node: 'node-a', summary: /keeps the address of another pod range/ },
    blind,
  });
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: told(
      'plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory',
    ),
    problem: { faults: ['N13', 'E02'], node: 'node-a', summary: /gives it no network/ },
    blind,
  });
});

describe('endpoints/ready, a sidecar that is an init container and stays', () => {
  const spec = {
    nodeName: 'node-a',
    containers: [{ name: 'app', readinessProbe: { httpGet: { port: 8080, path: '/ready' } } }],
    initContainers: [
      { name: 'linkerd-init' },
      {
        name: 'linkerd-proxy',
        restartPolicy: 'Always',
        readinessProbe: { httpGet: { port: 4191, path: '/ready' } },
      },
    ],
  };
  const status = (isReady: boolean) => ({
    containerStatuses: [{ name: 'app', ready: true }],
    initContainerStatuses: [
      { name: 'linkerd-init', ready: true, state: { terminated: { exitCode: 0 } } },
      { name: 'linkerd-proxy', ready: isReady, started: true, state: { running: {} } },
    ],
  });
  proveCheck(endpointsReady, {
    healthy: { ...webCluster, pods: [pod('web-1', status(true), spec)] },
    broken: { ...webCluster, pods: [pod('web-1', { ...unready, ...status(false) }, spec)] },
    problem: {
      faults: ['E01'],
      summary: /container linkerd-proxy: readiness probe GET :4191\/ready fails/,
      remedy: {
        text: 'make the application answer its readiness probe, or mend the probe',
        commands: [
          'kubectl -n shop describe pod/web-1',
          'kubectl -n shop logs pod/web-1 -c linkerd-proxy --tail=20',
        ],
      },
    },
    blind,
  });
});

describe('endpoints/ready, pods that are not ready each for its own reason', () => {
  const waiting = (name: string) =>
    pod(name, {
      ...unready,
      containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ContainerCreating' } } }],
    });
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: { ...webCluster, pods: [waiting('web-1'), pod('web-2', unready), pod('web-3', unready)] },
    problem: {
      severity: 'error',
      faults: ['E01', 'E02'],
      summary: /^none of the 3 selected pods are ready: readiness/,
    },
    blind,
  });
});

describe('endpoints/ready, the only pod of a node to which a traffic policy keeps clients', () => {
  const denied = promise('node-a', { outcome: 'drop', endpoints: [], deniedBy: 'externalTrafficPolicy' });
  const pods = [pod('web-1', unready), pod('web-2')];
  proveCheck(endpointsReady, {
    healthy: { ...webCluster, verifications: [verified(denied, [0, 0])] },
    broken: { ...webCluster, pods, verifications: [verified(denied, [0, 0])] },
    problem: { severity: 'error', faults: ['E01'], summary: /^1 of 2 selected pods is not ready/ },
    blind,
  });
});
