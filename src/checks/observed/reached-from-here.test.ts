import { describe } from 'vitest';
import type { FrontendKind } from '../../model/frontend.ts';
import { observationFormats } from '../../model/observation.ts';
import { client, ip, promise, verified, webFrontend } from '../../verify/verification-fixture.ts';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { reachedFromHere } from './reached-from-here.ts';

const outside = client('node-a', { kind: 'external', address: ip('203.0.113.9') });
const tried = (kind: FrontendKind, results: object, works: readonly [number, number] = [1, 1]) => ({
  ...webCluster,
  services: [service({ type: 'LoadBalancer' })],
  verifications: [
    verified(promise('node-a'), [1, 1]),
    verified(
      promise('node-a', {
        vantage: outside,
        frontend: { ...webFrontend, kind, address: ip('198.51.100.7') },
      }),
      works,
    ),
  ],
  files: {
    'probes/tcp.json': JSON.stringify({
      schema: observationFormats.probes,
      items: [
        {
          from: { kind: 'machine', via: 'connect' },
          address: '198.51.100.7',
          port: 80,
          protocol: 'tcp',
          results,
        },
      ],
    }),
  },
});
const { files: _, ...blind } = tried('loadBalancerIP', {});

describe('observed/reached-from-here', () => {
  proveCheck(reachedFromHere, {
    healthy: tried('loadBalancerIP', { connected: 1 }),
    broken: tried('loadBalancerIP', { timeout: 1 }),
    problem: {
      severity: 'warning',
      faults: ['X12', 'X06'],
      summary: /from this machine to 198\.51\.100\.7:80 ended with timeout/,
    },
    blind,
  });
  proveCheck(reachedFromHere, {
    // What the rules explain needs no other words.
    healthy: tried('nodePort', { refused: 1 }, [0, 0]),
    broken: tried('nodePort', { refused: 1 }),
    problem: { severity: 'info', faults: ['X06'], summary: /ended with refused/ },
    blind,
  });
});
