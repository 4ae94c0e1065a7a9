import { describe } from 'vitest';
import { node, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { portsReused } from './ports-reused.ts';

const servers = (gone: string): string => `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.7:80 rr
  -> 10.244.1.9:8080              Masq    1      0          3
${gone}`;
const LEAVING = '  -> 10.244.1.88:8080             Masq    0      0          412\n';
const seen = (kernel: string, mode: number, gone = LEAVING) => ({
  ...webCluster,
  nodes: [node({ nodeInfo: { kernelVersion: kernel } })],
  files: {
    'nodes/node-a/ipvsadm.txt': servers(gone),
    'nodes/node-a/sysctl.txt': `net.ipv4.vs.conn_reuse_mode = ${mode}\nnet.ipv4.vs.expire_nodest_conn = 1\n`,
  },
});
const OLD = '5.4.0-150-generic';
const common = { severity: 'warning' as const, node: 'node-a', share: [0, 0] as const };

describe('node/ports-reused, to a pod that is gone', () => {
  const broken = seen(OLD, 0);
  const problem = {
    ...common,
    summary: /^node-a keeps a real server of weight 0 whose pod is gone \(10\.244\.1\.88:8080\)/,
  };
  proveCheck(portsReused, { healthy: seen('5.15.0-91-generic', 0), broken, problem, blind: webCluster });
  // A pod that is ending still answers.
  const ending = LEAVING.replace('10.244.1.88', '10.244.1.9 ');
  proveCheck(portsReused, { healthy: seen(OLD, 0, ending), broken, problem, blind: webCluster });
  const idle = LEAVING.replace('412', '0  ');
  proveCheck(portsReused, { healthy: seen(OLD, 0, idle), broken, problem, blind: webCluster });
});

describe('node/ports-reused, after a second', () => {
  proveCheck(portsReused, {
    healthy: seen('6.1.0-18-amd64', 1),
    broken: seen(OLD, 1),
    problem: { ...common, summary: /^node-a makes a client wait 1 s/ },
    blind: webCluster,
  });
});
