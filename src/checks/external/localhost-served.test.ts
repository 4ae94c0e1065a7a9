import { describe } from 'vitest';
import { service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { localhostServed } from './localhost-served.ts';

const RULES = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-WEBXXXXXXXXXXXXX - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-SVC-WEBXXXXXXXXXXXXX
COMMIT
`;
const node = (all: number, eth0: number, config: object = {}) => ({
  services: [service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] })],
  files: {
    'nodes/node-a/configz.json': JSON.stringify({
      'kubeproxy.config.k8s.io': { mode: 'iptables', ...config },
    }),
    'nodes/node-a/iptables-save.txt': RULES,
    'nodes/node-a/sysctl.txt': `net.ipv4.conf.all.route_localnet = ${all}\nnet.ipv4.conf.eth0.route_localnet = ${eth0}\n`,
  },
});
const broken = node(0, 0);
const problem = {
  severity: 'warning' as const,
  node: 'node-a',
  share: [0, 0] as const,
  summary: /^127\.0\.0\.1:30080 does not lead to shop\/web on node-a/,
};
const blind = { services: [service()] };

describe('external/localhost-served', () => {
  proveCheck(localhostServed, { healthy: node(1, 0), broken, problem, blind });
});

describe('external/localhost-served, by an interface, or not wanted', () => {
  proveCheck(localhostServed, { healthy: node(0, 1), broken, problem, blind });
  const unwanted = node(0, 0, { iptables: { localhostNodePorts: false } });
  proveCheck(localhostServed, { healthy: unwanted, broken, problem, blind });
  const elsewhere = node(0, 0, { nodePortAddresses: ['192.0.2.0/24'] });
  proveCheck(localhostServed, { healthy: elsewhere, broken, problem, blind });
});
