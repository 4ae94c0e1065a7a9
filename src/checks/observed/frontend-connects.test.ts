import { describe, expect, it } from 'vitest';
import { observationFormats } from '../../model/observation.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import { client, promise, verified } from '../../verify/verification-fixture.ts';
import { pod, webCluster } from '../cluster-fixture.ts';
import { proveCheck, worldOf } from '../prove-check-fixture.ts';
import { runChecks } from '../run-checks.ts';
import { frontendConnects } from './frontend-connects.ts';

const probe = (address: string, port: number, results: object, protocol = 'tcp') => ({
  from: { kind: 'pod', pod: 'shop/client', node: 'node-a', via: 'exec' },
  address,
  port,
  protocol,
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

describe('observed/frontend-connects, by UDP', () => {
  const { frontend } = promise('node-a');
  const byUdp = { ...frontend, protocol: PROTOCOL.udp };
  const of = (...items: object[]) => ({
    ...tried(...items),
    verifications: [verified(promise('node-a', { vantage: client('node-a'), frontend: byUdp }), [1, 1])],
  });
  const silent = probe('10.96.0.7', 80, { timeout: 2 }, 'udp');
  const answers = probe('10.244.1.9', 8080, { replied: 1 }, 'udp');
  const problem = {
    frontend: '10.96.0.7:80/udp',
    summary: /2 of 2 questions by UDP .* ended with timeout, although the endpoints answer/,
  };
  const blind = of(probe('10.96.0.7', 80, { connected: 1 }));
  describe('silence of both proves nothing', () => {
    proveCheck(frontendConnects, {
      healthy: of(silent, probe('10.244.1.9', 8080, { timeout: 1 }, 'udp')),
      broken: of(silent, answers),
      problem,
      blind,
    });
  });
  describe('nor does one datagram without an answer, or an endpoint that was not asked', () => {
    proveCheck(frontendConnects, {
      healthy: of(probe('10.96.0.7', 80, { timeout: 1, replied: 1 }, 'udp'), answers),
      broken: of(silent, answers),
      problem,
      blind,
    });
    proveCheck(frontendConnects, { healthy: of(silent), broken: of(silent, answers), problem, blind });
  });
});

const someFail = tried(probe('10.96.0.7', 80, { connected: 1, timeout: 2 }), endpointStands);
const allStand = tried(probe('10.96.0.7', 80, { connected: 3 }), endpointStands);

describe('observed/frontend-connects, while a pod leaves', () => {
  const leaving = { pods: [pod(), pod('web-0', {}, {}, { deletionTimestamp: '2026-01-01T10:00:30Z' })] };
  proveCheck(frontendConnects, {
    healthy: { ...allStand, ...leaving },
    broken: { ...someFail, ...leaving },
    problem: { faults: ['E14', 'F07', 'C01'], summary: /: web-0 was just ending, without a preStop hook/ },
    blind: { ...webCluster, verifications },
  });
});

describe('observed/frontend-connects, where connections met in the table', () => {
  const counted = (situation: typeof someFail, failed: number) => ({
    ...situation,
    files: {
      ...situation.files,
      'nodes/node-a/conntrack-counters.txt': `cpu=0   found=3 invalid=1832 insert=0 insert_failed=${failed} drop=${failed} early_drop=0 error=0 search_restart=9 clash_resolve=12 chaintoolong=0\n`,
    },
  });
  proveCheck(frontendConnects, {
    healthy: counted(allStand, 417),
    broken: counted(someFail, 417),
    problem: {
      faults: ['C02', 'F07', 'C01', 'P04'],
      summary: /node-a dropped 417 packets of connections that met/,
    },
    blind: { ...webCluster, verifications },
  });
  proveCheck(frontendConnects, {
    healthy: counted(allStand, 0),
    broken: counted(someFail, 0),
    problem: { summary: /something on the way was not read/ },
    blind: { ...webCluster, verifications },
  });
});

it('says of a Service without TCP that it cannot be asked whatever its protocol', () => {
  const gapOf = (protocol: string): string => {
    const world = worldOf({
      ...webCluster,
      services: [
        {
          metadata: { name: 'web', namespace: 'shop' },
          spec: { clusterIP: '10.96.0.7', ports: [{ port: 80, protocol }] },
        },
      ],
    });
    const [service] = world.services;
    if (service === undefined) throw new Error('no Service');
    const subject = { namespace: 'shop', name: 'web', service };
    const [result] = runChecks({ world, verifications, subject }, [frontendConnects]);
    return result?.status === 'unknown' ? result.gaps.map(({ why }) => why).join() : '';
  };
  expect(gapOf('TCP')).toMatch(/^none was tried: .*TLS, HTTP/);
  expect(gapOf('UDP')).toMatch(/^by UDP it may be asked only/);
});
