import { describe } from 'vitest';
import { ip, promise, verified } from '../../verify/verification-fixture.ts';
import { node, pod, service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { listening } from './listening.ts';

const address = '192.0.2.11';
const expectation = promise('node-a', {
  endpoints: [{ address: ip(address), port: 8080, node: 'node-a', pod: 'shop/web-1' }],
});
const sockets = (...lines: readonly string[]) => ({
  services: [service()],
  endpointslices: [slice([{ addresses: [address] }])],
  nodes: [node()],
  pods: [pod('web-1', { podIP: address, hostIP: address }, { hostNetwork: true })],
  verifications: [verified(expectation, [1, 1])],
  files: {
    'nodes/node-a/ss.txt': `${['Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port', ...lines].join('\n')}\n`,
  },
});
const blind = { ...sockets(), files: {} };

describe.each([
  ['0.0.0.0:8080', 0],
  ['*:8080', 0],
  [`${address}:8080`, 127],
])('endpoints/listening, healthy on %s with %i waiting', (local, waiting) => {
  proveCheck(listening, {
    healthy: sockets(`tcp LISTEN ${waiting} 128 ${local} 0.0.0.0:*`),
    broken: sockets('tcp LISTEN 0 128 0.0.0.0:8081 0.0.0.0:*', 'udp UNCONN 0 0 0.0.0.0:8080 0.0.0.0:*'),
    problem: {
      severity: 'error',
      node: 'node-a',
      share: [1, 1],
      faults: ['P02', 'S03'],
      summary: /nothing listens on 192\.0\.2\.11:8080\/tcp on node-a: every connection/,
    },
    blind,
  });
});

describe('endpoints/listening, on loopback or with a full queue', () => {
  const healthy = sockets('tcp LISTEN 0 128 0.0.0.0:8080 0.0.0.0:*');
  proveCheck(listening, {
    healthy,
    broken: sockets('tcp LISTEN 0 128 127.0.0.1:8080 0.0.0.0:*'),
    problem: { faults: ['P01', 'P02'], summary: /listens on loopback only/ },
    blind,
  });
  proveCheck(listening, {
    healthy,
    broken: sockets('tcp LISTEN 129 128 0.0.0.0:8080 0.0.0.0:*'),
    problem: { faults: ['P04'], summary: /129 connections waiting and room for no more/ },
    blind,
  });
});

describe.each([
  ['connections alone', 'tcp ESTAB 0 0 192.0.2.11:8080 192.0.2.12:4711'],
  ['UDP alone', 'udp UNCONN 0 0 0.0.0.0:68 0.0.0.0:*'],
])('endpoints/listening, by a listing of %s', (_, line) => {
  proveCheck(listening, {
    healthy: sockets(line),
    broken: sockets(line, 'tcp LISTEN 0 128 0.0.0.0:8081 0.0.0.0:*'),
    problem: { summary: /nothing listens/ },
    blind,
  });
});
