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
