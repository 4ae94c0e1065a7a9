import { describe } from 'vitest';
import { dns } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { bothProtocols } from './both-protocols.ts';

describe('dns/both-protocols', () => {
  proveCheck(bothProtocols, {
    healthy: dns(),
    broken: dns({ ports: [{ name: 'dns-tcp', port: 53, protocol: 'TCP' }] }),
    problem: { severity: 'error', share: [1, 1], summary: /no port 53\/UDP/ },
    blind: { pods: [] },
  });
});
