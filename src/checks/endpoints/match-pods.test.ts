import { describe } from 'vitest';
import { pod, service, slice, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
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
