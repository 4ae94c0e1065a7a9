import { describe, expect, it } from 'vitest';
import type { Service } from '../../world/kubernetes/objects.ts';
import { pod, service, slice, webCluster } from '../cluster-fixture.ts';
import { type Cluster, proveCheck, worldOf } from '../prove-check-fixture.ts';
import { matchPods } from './match-pods.ts';

const blind = { services: [service()], pods: [pod()] };

describe('endpoints/match-pods, an address too many', () => {
  const leftover = slice([{ addresses: ['10.244.9.9'] }], {}, { name: 'web-old' });
  proveCheck(matchPods, {
    healthy: webCluster,
    broken: { ...webCluster, endpointslices: [slice(), leftover] },
    problem: {
      severity: 'error',
      faults: ['E09', 'S02'],
      summary: /10\.244\.9\.9 is in web-old but of no ready pod/,
    },
    blind,
  });
});

describe('endpoints/match-pods, an address too few', () => {
  proveCheck(matchPods, {
    healthy: webCluster,
    broken: { ...webCluster, pods: [pod(), pod('web-2', { podIP: '10.244.1.10' })] },
    problem: {
      severity: 'warning',
      faults: ['E11', 'O03', 'E09'],
      summary: /10\.244\.1\.10 is a ready pod in no slice/,
    },
    blind,
  });
});

describe('endpoints/match-pods, a slice that the controller no longer keeps', () => {
  const labels = {
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  };
  proveCheck(matchPods, {
    healthy: webCluster,
    broken: { ...webCluster, endpointslices: [slice([{ addresses: ['10.244.1.8'] }], {}, { labels })] },
    problem: {
      severity: 'error',
      faults: ['E11', 'O03', 'E09'],
      summary: /10\.244\.1\.8 is in web-x .* 10\.244\.1\.9 is a ready pod in no slice/,
      remedy: {
        text: 'see whether the EndpointSlice controller runs and keeps up',
        commands: ['kubectl -n kube-system get lease kube-controller-manager'],
      },
    },
    blind,
  });
});

describe('endpoints/match-pods, a headless Service that publishes a pod that has ended', () => {
  const services = [service({ clusterIP: 'None', publishNotReadyAddresses: true })];
  const pods = [pod(), pod('web-2', { podIP: '10.244.1.10', phase: 'Failed' })];
  proveCheck(matchPods, {
    healthy: { services, pods, endpointslices: [slice()] },
    broken: { services, pods, endpointslices: [slice([{}, { addresses: ['10.244.1.10'] }])] },
    problem: {
      severity: 'error',
      share: [0.5, 0.5],
      summary: /10\.244\.1\.10 is in web-x .* \(web-2 has ended: Failed\)/,
    },
    blind,
  });
});

it('asks no second family, and no more than the first thousand, of Endpoints objects', () => {
  const both = service({ ipFamilies: ['IPv4', 'IPv6'], clusterIPs: ['10.96.0.7', 'fd00::7'] });
  const pods = [pod('web-1', { podIPs: [{ ip: '10.244.1.9' }, { ip: 'fd00::9' }] })];
  const subsets = [{ addresses: [{ ip: '10.244.1.9' }], ports: [{ name: 'http', port: 8080 }] }];
  const endpoints = (annotations: Record<string, string>, more: object = {}) => ({
    services: [both],
    pods,
    endpoints: [{ metadata: { namespace: 'shop', name: 'web', annotations }, subsets, ...more }],
  });
  const told = (cluster: Cluster): number =>
    [
      ...matchPods.run({
        world: worldOf(cluster),
        subject: { namespace: 'shop', name: 'web', service: both as Service },
        verifications: [],
      }),
    ].length;
  expect(told(endpoints({}))).toBe(0);
  expect(told(endpoints({}, { subsets: [] }))).toBe(1);
  expect(told(endpoints({ 'endpoints.kubernetes.io/over-capacity': 'truncated' }, { subsets: [] }))).toBe(0);
});
