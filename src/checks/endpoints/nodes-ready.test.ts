import { describe } from 'vitest';
import { node, service, slice, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { nodesReady } from './nodes-ready.ts';

describe('endpoints/nodes-ready', () => {
  proveCheck(nodesReady, {
    healthy: webCluster,
    broken: {
      ...webCluster,
      nodes: [node({ conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] })],
    },
    problem: {
      severity: 'error',
      node: 'node-a',
      summary: /node-a is not ready \(NodeStatusUnknown\) and still has endpoints/,
    },
    blind: { services: [service()], endpointslices: [slice()] },
  });
});
