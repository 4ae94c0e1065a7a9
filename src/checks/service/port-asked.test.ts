import { describe } from 'vitest';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { portAsked } from './port-asked.ts';

describe('service/port-asked', () => {
  proveCheck(portAsked, {
    healthy: { ...webCluster, subject: { port: 80 } },
    broken: { ...webCluster, subject: { port: 8080 } },
    problem: { severity: 'error', share: [1, 1], summary: /8080 is the targetPort behind port 80/ },
    blind: { pods: [] },
  });
});

describe('service/port-asked, where a process of the node has the port in IPVS mode', () => {
  const bound = (device: string) => ({
    ...webCluster,
    subject: { port: 22 },
    files: {
      'nodes/node-a/ip-addr.txt': `8: ${device}: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default\n    inet 10.96.0.7/32 scope global ${device}\n`,
      'nodes/node-a/ss.txt':
        'Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port\ntcp   LISTEN 0      128          0.0.0.0:22         0.0.0.0:*\n',
    },
  });
  proveCheck(portAsked, {
    healthy: { ...webCluster, subject: { port: 80 } },
    broken: bound('kube-ipvs0'),
    problem: { faults: ['S06', 'R16'], summary: /what answers there is a process of node-a itself/ },
    blind: { pods: [] },
  });
  proveCheck(portAsked, {
    healthy: { ...webCluster, subject: { port: 80 } },
    broken: bound('dummy0'),
    problem: { faults: ['S06'], summary: /22 is no port of shop\/web: it has 80 \(http\)$/ },
    blind: { pods: [] },
  });
});
