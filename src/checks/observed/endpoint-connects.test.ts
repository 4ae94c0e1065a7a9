import { describe, expect, it } from 'vitest';
import { observationFormats } from '../../model/observation.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import {
  client,
  ip,
  promise,
  verified,
  webEndpoint,
  webFrontend,
} from '../../verify/verification-fixture.ts';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck, worldOf } from '../prove-check-fixture.ts';
import { runChecks } from '../run-checks.ts';
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
      faults: ['P02', 'P01', 'S03'],
      summary:
        /10\.244\.2\.9:8080 \(pod shop\/web-2\) is ready, and connections from node node-a by exec ended with refused/,
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
      summary: /from node node-b by exec ended with timeout; from 1 other place it stood/,
    },
    blind,
  });
});

describe('observed/endpoint-connects, from a node whose clients come by way of another', () => {
  const byOther = verified(
    promise('node-b', {
      vantage: client('node-b', { kind: 'node' }),
      endpoints: [webEndpoint, other],
      node: 'node-a',
    }),
    [1, 1],
  );
  const situation = tried(...fine, probe('10.244.2.9', { timeout: 1 }, 'node-b'));
  proveCheck(endpointConnects, {
    healthy: { ...situation, verifications: [from('node-a'), byOther] },
    broken: situation,
    problem: { share: [0, 1], summary: /from node node-b by exec ended with timeout/ },
    blind,
  });
});

describe('observed/endpoint-connects, on a port that the pods do not declare', () => {
  const wrong = verified(
    promise('node-a', {
      vantage: client('node-a', { kind: 'node' }),
      endpoints: [{ ...webEndpoint, port: 8081 }],
    }),
    [1, 1],
  );
  const on8081 = (results: object) => ({
    ...tried({ ...probe('10.244.1.9', results), port: 8081 }),
    verifications: [wrong],
  });
  proveCheck(endpointConnects, {
    healthy: on8081({ connected: 1 }),
    broken: on8081({ refused: 1 }),
    problem: {
      share: [1, 1],
      faults: ['S03', 'P02', 'P01'],
      summary: /ended with refused; the pods declare 8080, not 8081/,
    },
    blind,
  });
});

describe('observed/endpoint-connects, of one family only', () => {
  const six = { ...webEndpoint, address: ip('fd00:10:244:1::9') };
  const frontend = { ...webFrontend, address: ip('fd00:10:96::7') };
  const node = client('node-a', { kind: 'node' });
  const node6 = client('node-a', { kind: 'node', address: ip('fd00::11') });
  const both = (...items: object[]) => ({
    ...tried(...items),
    verifications: [
      verified(promise('node-a', { vantage: node, endpoints: [webEndpoint] }), [1, 1]),
      verified(promise('node-a', { frontend, vantage: node6, endpoints: [six] }), [1, 1]),
    ],
  });
  const four = probe('10.244.1.9', { connected: 1 });
  proveCheck(endpointConnects, {
    healthy: both(four, probe('fd00:10:244:1::9', { connected: 1 })),
    broken: both(four, probe('fd00:10:244:1::9', { refused: 1 })),
    problem: {
      share: [0.5, 0.5],
      faults: ['P03', 'P02'],
      summary: /accept on that port by their other addresses, so they do not listen on IPv6/,
    },
    blind,
  });

  it.each([
    [
      'the other is refused, too',
      [probe('10.244.1.9', { refused: 1 }), probe('fd00:10:244:1::9', { refused: 1 })],
      ['P02', 'P01', 'S03'],
    ],
    ['it is silent', [four, probe('fd00:10:244:1::9', { timeout: 1 })], ['P04', 'N15', 'P02', 'F07']],
  ])('is not told where %s', (_, items, faults) => {
    const { verifications, ...cluster } = both(...items);
    const world = worldOf(cluster);
    const [service] = world.services;
    if (service === undefined) throw new Error('no Service');
    const input = { world, verifications, subject: { namespace: 'shop', name: 'web', service } };
    const [result] = runChecks(input, [endpointConnects]);
    expect(result?.status === 'problem' ? result.problems[0]?.faults : undefined).toEqual(faults);
  });
});

describe('observed/endpoint-connects, by UDP, where only a refusal proves that nobody takes it', () => {
  const udp = (address: string, results: object) => ({ ...probe(address, results), protocol: 'udp' });
  const frontend = { ...webFrontend, protocol: PROTOCOL.udp };
  const of = (...items: object[]) => ({
    ...tried(...items),
    verifications: [
      verified(
        promise('node-a', {
          frontend,
          vantage: client('node-a', { kind: 'node' }),
          endpoints: [webEndpoint, other],
        }),
        [1, 1],
      ),
    ],
  });
  proveCheck(endpointConnects, {
    healthy: of(udp('10.244.1.9', { replied: 1 }), udp('10.244.2.9', { timeout: 1 })),
    broken: of(udp('10.244.1.9', { replied: 1 }), udp('10.244.2.9', { refused: 1 })),
    problem: {
      share: [0.5, 0.5],
      summary:
        /10\.244\.2\.9:8080 .* is ready, and questions by UDP from node node-a by exec ended with refused/,
    },
    blind: of(...fine),
  });
});
