import { describe } from 'vitest';
import { client, differs, ip, promise, verified } from '../../verify/verification-fixture.ts';
import { node, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { noCollision } from './no-collision.ts';

const claiming = (address: string) => ({ services: [service({ externalIPs: [address] })], nodes: [node()] });

const listening = (port: number) => ({
  'nodes/node-a/ss.txt': `Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\ntcp   LISTEN 0      511          0.0.0.0:${port}       0.0.0.0:*\n`,
});

describe('external/no-collision, as k3s gives the addresses of nodes to a load balancer', () => {
  proveCheck(noCollision, {
    healthy: { ...claiming('192.0.2.11'), files: listening(22) },
    broken: { ...claiming('192.0.2.11'), files: listening(80) },
    problem: {
      severity: 'warning',
      faults: ['X09', 'R15'],
      node: 'node-a',
      summary:
        /192\.0\.2\.11, an external address of shop\/web, is node-a’s own, and what listens there on 80 gets/,
    },
    blind: { services: [service()] },
  });
});

describe('external/no-collision, in IPVS mode', () => {
  const ipvs = { 'nodes/node-a/mode.txt': 'ipvs' };
  proveCheck(noCollision, {
    healthy: { ...claiming('203.0.113.7'), files: ipvs },
    broken: { ...claiming('192.0.2.11'), files: ipvs },
    problem: {
      severity: 'error',
      faults: ['R15', 'X09'],
      summary: /in IPVS mode every node takes it for itself/,
    },
    blind: { services: [service()] },
  });
});

describe('external/no-collision, in IPVS mode, of another Service than the one that clients on the node ask for', () => {
  const lb = service({ externalIPs: ['192.0.2.11'] }, { name: 'lb' });
  const cluster = {
    services: [service(), lb],
    nodes: [node()],
    files: { 'nodes/node-a/mode.txt': 'ipvs' },
  };
  const from = (address: string) => {
    const expectation = promise('node-a', {
      vantage: client('node-a', { kind: 'node', address: ip(address) }),
    });
    return verified(expectation, [0, 0], differs('unreachable', expectation, 'node-b'));
  };
  proveCheck(noCollision, {
    healthy: { ...cluster, verifications: [from('192.0.2.12')] },
    broken: { ...cluster, verifications: [from('192.0.2.11')] },
    problem: {
      severity: 'error',
      subject: 'Service shop/lb',
      faults: ['R15', 'X09'],
      summary: /^192\.0\.2\.11, an external address of shop\/lb, is node-a’s own: in IPVS mode/,
    },
    blind: { services: [service()] },
  });
});
