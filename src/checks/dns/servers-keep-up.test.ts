import { describe } from 'vitest';
import { dns } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { serversKeepUp } from './servers-keep-up.ts';

const blind = { services: dns().services };
const restarted = (reason: string, exitCode: number) =>
  dns({
    podStatus: {
      containerStatuses: [
        {
          name: 'coredns',
          ready: true,
          restartCount: 14,
          state: { running: { startedAt: '2026-01-01T10:00:05Z' } },
          lastState: { terminated: { reason, exitCode, finishedAt: '2026-01-01T10:00:03Z' } },
        },
      ],
    },
  });
const at = (time: string) => ({ 'nodes/node-a/date.txt': `${time}\n` });

describe('dns/servers-keep-up, killed', () => {
  proveCheck(serversKeepUp, {
    healthy: restarted('Completed', 0),
    broken: { ...restarted('OOMKilled', 137), files: at('2026-01-01T12:00:00Z') },
    problem: {
      severity: 'warning',
      share: [0, 0],
      summary:
        /1 of 1 DNS servers was killed for want of memory \(coredns-1: 14 restarts, the last at 2026-01-01T10:00:03Z\)/,
    },
    blind,
  });
});

describe('dns/servers-keep-up, killed long ago', () => {
  proveCheck(serversKeepUp, {
    healthy: dns(),
    broken: { ...restarted('OOMKilled', 137), files: at('2026-01-09T12:00:00Z') },
    problem: { severity: 'info', share: [0, 0], summary: /killed for want of memory/ },
    blind,
  });
});

const logged = (line: string) => ({
  ...dns(),
  files: { 'pods/kube-system_coredns-1.log': `.:53\n${line}\n` },
});

describe('dns/servers-keep-up, questions turned away', () => {
  proveCheck(serversKeepUp, {
    healthy: logged(
      '[ERROR] plugin/errors: 2 api.example.com. A: read udp 10.244.1.2:41-192.0.2.1:53: i/o timeout',
    ),
    broken: logged('[ERROR] plugin/errors: 2 api.example.com. A: concurrent queries exceeded maximum 1000'),
    problem: {
      severity: 'warning',
      summary: /coredns-1 \(1 line in its log\) turned away questions .*more than 1000/,
    },
    blind,
  });
});
