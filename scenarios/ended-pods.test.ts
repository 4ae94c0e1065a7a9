import { describe, expect, it } from 'vitest';
import { investigateService } from '../src/investigate.ts';
import { type Change, changedRecording } from './changed-recording.ts';

// A Job of two pods, of which one or both have ended, behind a headless Service that publishes pods before they are ready. The EndpointSlice
// controller leaves ended pods out; older releases kept them. *Source:* `ShouldPodBeInEndpoints`, kubernetes v1.37 staging/src/k8s.io/endpointslice/util.

const ADDRESS = { 'job-0': '10.244.1.77', 'job-1': '10.244.2.77' } as const;
const NODE = { 'job-0': 'node-a', 'job-1': 'node-b' } as const;
type Name = keyof typeof ADDRESS;
const NAMES: readonly Name[] = ['job-0', 'job-1'];

const service = {
  kind: 'Service',
  apiVersion: 'v1',
  metadata: { name: 'job', namespace: 'shop' },
  spec: {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: { 'job-name': 'job' },
    ports: [{ name: 'http', port: 8080, protocol: 'TCP', targetPort: 8080 }],
  },
  status: {},
};

const pod = (name: Name, phase: string): object => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, namespace: 'shop', labels: { 'job-name': 'job' } },
  spec: { nodeName: NODE[name], restartPolicy: 'Never', containers: [{ name: 'app' }] },
  status: {
    phase,
    podIP: ADDRESS[name],
    conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }],
  },
});

const slice = (names: readonly Name[]): object => ({
  kind: 'EndpointSlice',
  apiVersion: 'discovery.k8s.io/v1',
  metadata: {
    name: 'job-x',
    namespace: 'shop',
    labels: {
      'kubernetes.io/service-name': 'job',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    },
  },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: names.map((name) => ({
    addresses: [ADDRESS[name]],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: NODE[name],
    targetRef: { kind: 'Pod', namespace: 'shop', name },
  })),
});

const adding =
  (...objects: object[]): Change =>
  (text) => {
    const list = JSON.parse(text) as { items: object[] };
    return JSON.stringify({ ...list, items: [...list.items, ...objects] });
  };

describe.each(['Failed', 'Succeeded'])('pods of a Job, of which one is %s', (phase) => {
  it.each<[string, readonly [string, string], readonly Name[], string, readonly string[]]>([
    ['left out, beside one that runs', ['Running', phase], ['job-0'], 'healthy', []],
    ['published, beside one that runs', ['Running', phase], NAMES, 'degraded', ['endpoints/match-pods']],
    [
      'published, as the only one',
      [phase, phase],
      ['job-1'],
      'broken',
      ['service/selector-matches', 'endpoints/match-pods'],
    ],
    [
      'left out, and no other runs',
      [phase, phase],
      [],
      'broken',
      ['service/selector-matches', 'dns/headless-answer'],
    ],
  ])('%s', async (_, phases, published, verdict, checks) => {
    const pods = NAMES.map((name, index) => pod(name, phases[index] ?? ''));
    const snapshot = await changedRecording('iptables-healthy', [
      [/services\.json/, adding(service)],
      [/pods\.json/, adding(...pods)],
      [/endpointslices\.json/, adding(slice(published))],
    ]);
    const diagnosis = investigateService(snapshot, { namespace: 'shop', name: 'job' });
    expect([diagnosis.verdict, diagnosis.causes.map(({ check }) => check)]).toEqual([verdict, checks]);
  });
});
