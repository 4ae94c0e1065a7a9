import { describe } from 'vitest';
import { promise, verified } from '../../verify/verification-fixture.ts';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { answer } from './answer.ts';

const entry = (mark: string, port: number) =>
  `tcp      6 100 SYN_SENT src=10.244.9.9 dst=10.96.0.7 sport=${port} dport=80 ${mark}src=10.244.1.9 dst=10.244.9.9 sport=8080 dport=${port} mark=0 use=1`;
const withTable = (...entries: string[]) => ({
  ...webCluster,
  files: { 'nodes/node-a/conntrack.txt': entries.join('\n') },
  verifications: [verified(promise('node-a'), [1, 1])],
});

describe('endpoints/answer', () => {
  proveCheck(answer, {
    healthy: withTable(entry('[UNREPLIED] ', 1), entry('', 2)),
    broken: withTable(entry('[UNREPLIED] ', 1), entry('[UNREPLIED] ', 2)),
    problem: {
      severity: 'error',
      share: [1, 1],
      summary: /packets reach 10\.244\.1\.9:8080, which has answered none/,
    },
    blind: { ...webCluster, verifications: [verified(promise('node-a'), [1, 1])] },
  });
});
