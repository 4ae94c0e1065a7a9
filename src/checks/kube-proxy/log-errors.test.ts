import { describe } from 'vitest';
import { proveCheck } from '../prove-check-fixture.ts';
import { logErrors } from './log-errors.ts';

const logged = (line: string) => ({
  services: [],
  files: {
    'nodes/node-a/kube-proxy.log': `I1123 19:09:25.175338 1 proxier.go:649] "SyncProxyRules complete" ipFamily="IPv4"\n${line}\n`,
  },
});

describe('kube-proxy/log-errors', () => {
  proveCheck(logErrors, {
    healthy: logged('I1123 19:09:26.175338 1 proxier.go:649] "SyncProxyRules complete" ipFamily="IPv4"'),
    broken: logged(
      'E1123 19:09:26.1 1 proxier.go:1] "Failed to execute iptables-restore" err="exit status 4: Another app is currently holding the xtables lock"',
    ),
    problem: {
      severity: 'warning',
      node: 'node-a',
      faults: ['K06'],
      summary: /another program holds the xtables lock \(1 line in its log\)/,
    },
    blind: { services: [] },
  });
});
