import { describe } from 'vitest';
import { observationFormats } from '../../model/observation.ts';
import { client, promise, verified } from '../../verify/verification-fixture.ts';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { frontendConnects } from './frontend-connects.ts';

const probe = (address: string, port: number, results: object) => ({
  from: { kind: 'pod', pod: 'shop/client', node: 'node-a', via: 'exec' },
  address,
  port,
  protocol: 'tcp',
  results,
});
const verifications = [verified(promise('node-a', { vantage: client('node-a') }), [1, 1])];
const tried = (...items: object[]) => ({
  ...webCluster,
  verifications,
  files: { 'probes/tcp.json': JSON.stringify({ schema: observationFormats.probes, items }) },
});
const endpointStands = probe('10.244.1.9', 8080, { connected: 1 });

describe('observed/frontend-connects', () => {
  proveCheck(frontendConnects, {
    healthy: tried(probe('10.96.0.7', 80, { connected: 3 }), endpointStands),
    broken: tried(probe('10.96.0.7', 80, { connected: 1, timeout: 2 }), endpointStands),
    problem: {
      severity: 'error',
      node: 'node-a',
      frontend: '10.96.0.7:80/tcp',
      summary: /2 of 3 connections from pod shop\/client by exec to 10\.96\.0\.7:80 ended with timeout/,
    },
    blind: { ...webCluster, verifications },
  });
});

describe('observed/frontend-connects, where the endpoint itself is dead', () => {
  proveCheck(frontendConnects, {
    healthy: tried(probe('10.96.0.7', 80, { refused: 3 }), probe('10.244.1.9', 8080, { refused: 1 })),
    broken: tried(probe('10.96.0.7', 80, { refused: 3 })),
    problem: { share: [0, 1], summary: /3 of 3 connections .* ended with refused/ },
    blind: {
      ...webCluster,
      verifications,
      files: { 'probes/tcp.json': '{"schema":"plumb/probes/v1","items":[]}' },
    },
  });
});
