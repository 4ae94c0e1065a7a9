import { describe } from 'vitest';
import { observationFormats } from '../../model/observation.ts';
import { client, promise, verified, webEndpoint, ip } from '../../verify/verification-fixture.ts';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { endpointConnects } from './endpoint-connects.ts';

const probe = (address: string, results: object, node = 'node-a') => ({
  from: { kind: 'node', node, via: 'exec' },
  address,
  port: 8080,
  protocol: 'tcp',
  results,
});
const other = { ...webEndpoint, address: ip('10.244.2.9'), pod: 'shop/web-2' };
const from = (node: string) =>
  verified(
    promise(node, { vantage: client(node, { kind: 'node' }), endpoints: [webEndpoint, other] }),
    [1, 1],
  );
const tried = (...items: object[]) => ({
  ...webCluster,
  verifications: [from('node-a'), from('node-b')],
  files: { 'probes/tcp.json': JSON.stringify({ schema: observationFormats.probes, items }) },
});
const fine = [probe('10.244.1.9', { connected: 1 }), probe('10.244.2.9', { connected: 1 })];
const blind = { ...webCluster, verifications: [from('node-a')] };

describe('observed/endpoint-connects, refused everywhere', () => {
  proveCheck(endpointConnects, {
    healthy: tried(...fine),
    broken: tried(probe('10.244.1.9', { connected: 1 }), probe('10.244.2.9', { refused: 1 })),
    problem: {
      share: [0.5, 0.5],
      faults: ['P02', 'S03', 'P01'],
      summary: /10\.244\.2\.9:8080 \(pod shop\/web-2\) is ready, .* ended with refused/,
    },
    blind,
  });
});

describe('observed/endpoint-connects, from one node only', () => {
  proveCheck(endpointConnects, {
    // A tool that broke says nothing.
    healthy: tried(...fine, probe('10.244.2.9', { failed: 1 }, 'node-b')),
    broken: tried(...fine, probe('10.244.2.9', { timeout: 1 }, 'node-b')),
    problem: {
      share: [0, 1],
      faults: ['N10', 'N15', 'F07'],
      summary: /from node node-b by exec ended with timeout; from 1 other places it stood/,
    },
    blind,
  });
});
