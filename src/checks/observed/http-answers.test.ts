import { describe } from 'vitest';
import { observationFormats } from '../../model/observation.ts';
import { client, ip, promise, verified, webEndpoint } from '../../verify/verification-fixture.ts';
import { pod, webCluster } from '../cluster-fixture.ts';
import { type Situation, proveCheck } from '../prove-check-fixture.ts';
import { httpAnswers } from './http-answers.ts';

const other = { ...webEndpoint, address: ip('10.244.2.9'), pod: 'shop/web-2' };
const verifications = [
  verified(
    promise('node-a', { vantage: client('node-a', { kind: 'node' }), endpoints: [webEndpoint, other] }),
    [1, 1],
  ),
];
const asked = (...answers: readonly (readonly [results: object, ...statuses: number[]])[]) => ({
  ...webCluster,
  verifications,
  files: {
    'probes/tcp.json': JSON.stringify({
      schema: observationFormats.probes,
      items: answers.map(([results, ...statuses], index) => ({
        from: { kind: 'node', node: 'node-a', via: 'exec' },
        address: ['10.244.1.9', '10.244.2.9'][index],
        port: 8080,
        protocol: 'tcp',
        results,
        http: { asked: 1, statuses },
      })),
    }),
  },
});
const stood = { connected: 1 };
const blind = { ...webCluster, verifications };

describe('observed/http-answers, no answer', () => {
  proveCheck(httpAnswers, {
    healthy: asked([stood, 200], [stood, 404]),
    broken: asked([stood, 200], [stood]),
    problem: {
      severity: 'error',
      faults: ['P04', 'P05', 'E04'],
      share: [0.5, 0.5],
      summary: /^10\.244\.2\.9:8080 \(pod shop\/web-2\) accepted connections and gave no answer/,
    },
    blind,
  });
});

describe('observed/http-answers, five hundreds', () => {
  proveCheck(httpAnswers, {
    // A connection that did not stand is another check’s matter.
    healthy: asked([stood, 200], [{ refused: 1 }]),
    broken: asked([stood, 503], [stood, 502]),
    problem: { faults: ['P05', 'E04'], share: [1, 1], summary: /answered HTTP with 503, 502/ },
    blind,
  });
});

describe('observed/http-answers, plain requests to servers that expect TLS', () => {
  proveCheck(httpAnswers, {
    healthy: asked([stood, 400], [stood, 200]),
    broken: asked([stood, 400], [stood, 400]),
    problem: {
      severity: 'info',
      faults: ['P05'],
      share: [0, 0],
      summary: /with 400, as servers do that speak TLS/,
    },
    blind,
  });
});

const meshed = (cluster: Situation): Situation => ({
  ...cluster,
  pods: [
    pod('web-1', {}, { containers: [{ name: 'app' }, { name: 'istio-proxy' }] }),
    pod(
      'web-2',
      { podIP: '10.244.2.9' },
      { containers: [{ name: 'app' }], initContainers: [{ name: 'istio-proxy' }] },
    ),
  ],
});

describe('observed/http-answers, behind a mesh', () => {
  proveCheck(httpAnswers, {
    healthy: meshed(asked([stood, 200], [stood, 404])),
    broken: meshed(asked([stood], [stood])),
    problem: {
      severity: 'warning',
      faults: ['P06', 'P05', 'P04'],
      share: [0, 1],
      summary: /ended a plain HTTP request without an answer: Istio’s proxy in the pod took it/,
    },
    blind,
  });
});

describe('observed/http-answers, turned away', () => {
  proveCheck(httpAnswers, {
    healthy: asked([stood, 200], [stood, 403]),
    broken: asked([stood, 403], [stood, 403]),
    problem: { severity: 'info', faults: ['P07', 'P06'], summary: /answered HTTP with 403/ },
    blind,
  });
});
