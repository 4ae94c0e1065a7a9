import { describe } from 'vitest';
import { service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { headlessPort } from './headless-port.ts';

const headless = (port: number) => ({
  services: [service({ clusterIP: 'None', ports: [{ port, targetPort: 8080 }] })],
  endpointslices: [slice()],
});

describe('service/headless-port', () => {
  proveCheck(headlessPort, {
    healthy: headless(8080),
    broken: headless(80),
    problem: { severity: 'error', summary: /nothing leads from port 80 to 8080/ },
    blind: { pods: [] },
  });
});

describe('service/headless-port, where nobody asked', () => {
  proveCheck(headlessPort, {
    healthy: headless(8080),
    broken: { ...headless(80), subject: { isOneOfMany: true } },
    problem: { severity: 'info', share: [0, 0], summary: /headless/ },
    blind: { pods: [] },
  });
});

describe.each([
  [
    'its name',
    { ...headless(80), services: [service({ clusterIP: 'None' }, { name: 'web-headless' })] },
    'web-headless',
  ],
  [
    'a StatefulSet',
    {
      ...headless(80),
      deployments: [
        { kind: 'StatefulSet', metadata: { namespace: 'shop', name: 'db' }, spec: { serviceName: 'web' } },
      ],
    },
    'web',
  ],
])('service/headless-port, where %s says that it is meant', (_, cluster, name) => {
  const slices = [slice([{}], {}, { labels: { 'kubernetes.io/service-name': name } })];
  proveCheck(headlessPort, {
    healthy: headless(8080),
    broken: { ...cluster, endpointslices: slices, subject: { name } },
    problem: { severity: 'info', share: [0, 0], summary: /headless/ },
    blind: { pods: [] },
  });
});
