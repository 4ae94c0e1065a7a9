import { describe } from 'vitest';
import { promise, verified } from '../../verify/verification-fixture.ts';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { apiServersAnswer } from './api-servers-answer.ts';

const entry = (mark: string, port: number) =>
  `tcp      6 100 SYN_SENT src=10.244.9.9 dst=10.96.0.7 sport=${port} dport=80 ${mark}src=10.244.1.9 dst=10.244.9.9 sport=8080 dport=${port} mark=0 use=1`;
const api = (...entries: string[]) => ({
  ...webCluster,
  services: [service({}, { name: 'kubernetes', namespace: 'default' })],
  subject: { namespace: 'default', name: 'kubernetes' },
  verifications: [verified(promise('node-a'), [1, 1])],
  ...(entries.length === 0 ? {} : { files: { 'nodes/node-a/conntrack.txt': entries.join('\n') } }),
});
const broken = api(entry('[UNREPLIED] ', 1), entry('[UNREPLIED] ', 2));
const problem = {
  severity: 'error' as const,
  share: [1, 1] as const,
  summary: /packets reach 10\.244\.1\.9:8080, which has answered none: no API server is there/,
};

describe('endpoints/api-servers-answer', () => {
  proveCheck(apiServersAnswer, {
    healthy: api(entry('[UNREPLIED] ', 1), entry('', 2)),
    broken,
    problem,
    blind: api(),
  });
});

describe('endpoints/api-servers-answer, of another Service', () => {
  proveCheck(apiServersAnswer, {
    healthy: { ...broken, services: webCluster.services ?? [], subject: {} },
    broken,
    problem,
    blind: api(),
  });
});
