import { describe } from 'vitest';
import { node, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { nodesStay } from './nodes-stay.ts';

const cluster = (key: string, type = 'LoadBalancer') => ({
  services: [service({ type })],
  nodes: [node(), node({}, { taints: [{ key, effect: 'NoSchedule', value: '1767607200' }] }, 'node-b')],
});
const LEAVING = 'ToBeDeletedByClusterAutoscaler';
const problem = {
  severity: 'info' as const,
  node: 'node-b',
  share: [0, 0] as const,
  summary: /^node-b is about to be removed/,
};
const blind = { services: [service({ type: 'LoadBalancer' })] };

describe('external/nodes-stay', () => {
  proveCheck(nodesStay, { healthy: cluster('dedicated'), broken: cluster(LEAVING), problem, blind });
  proveCheck(nodesStay, { healthy: cluster(LEAVING, 'ClusterIP'), broken: cluster(LEAVING), problem, blind });
});

describe('external/nodes-stay, a node that is being deleted', () => {
  const deleted = {
    ...cluster('dedicated'),
    nodes: [node({}, {}, 'node-b', { deletionTimestamp: '2026-01-01T10:00:00Z' })],
  };
  proveCheck(nodesStay, { healthy: cluster('dedicated'), broken: deleted, problem, blind });
});
