import { describe } from 'vitest';
import { service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { addressAssigned } from './address-assigned.ts';

const balanced = (ingress: readonly object[]) => ({
  services: [{ ...service({ type: 'LoadBalancer' }), status: { loadBalancer: { ingress } } }],
});

describe('external/address-assigned', () => {
  proveCheck(addressAssigned, {
    healthy: balanced([{ ip: '203.0.113.7' }]),
    broken: balanced([]),
    problem: { severity: 'error', summary: /type LoadBalancer and has no external address/ },
    blind: { pods: [] },
  });
});
