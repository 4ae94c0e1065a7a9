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
      faults: ['E05', 'O01'],
      summary: /node-a is not ready \(NodeStatusUnknown\) and still has endpoints/,
    },
    blind: { services: [service()], endpointslices: [slice()] },
  });
});

describe('endpoints/nodes-ready, of a node that answers no neighbour', () => {
  const seen = (state: string) => ({
    ...webCluster,
    nodes: [node(), node({ addresses: [] }, {}, 'node-b')],
    files: { 'nodes/node-b/ip-neigh.txt': `192.0.2.11 dev eth0 ${state} \n` },
  });
  proveCheck(nodesReady, {
    healthy: seen('lladdr 02:00:00:00:00:11 STALE'),
    broken: seen('FAILED'),
    problem: {
      severity: 'warning',
      node: 'node-a',
      faults: ['E05', 'N08', 'F08'],
      summary:
        /node-a did not answer node-b, which asked for its address 192\.0\.2\.11, nothing of it could be read/,
    },
    blind: { services: [service()], endpointslices: [slice()] },
  });
  proveCheck(nodesReady, {
    // Read, so it is there: the entry is an old one.
    healthy: {
      ...seen('FAILED'),
      files: { ...seen('FAILED').files, 'nodes/node-a/ip-neigh.txt': '192.0.2.1 dev eth0 FAILED \n' },
    },
    broken: seen('INCOMPLETE'),
    problem: { severity: 'warning', summary: /did not answer node-b/ },
    blind: { services: [service()], endpointslices: [slice()] },
  });
});
