import { describe } from 'vitest';
import { observationFormats } from '../../model/observation.ts';
import { client, ip, promise, verified, webEndpoint } from '../../verify/verification-fixture.ts';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
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
