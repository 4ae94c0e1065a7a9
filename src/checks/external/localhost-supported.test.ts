import { describe } from 'vitest';
import { node, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { localhostSupported } from './localhost-supported.ts';

const nodePort = service({
  type: 'NodePort',
  ports: [{ name: 'http', port: 80, nodePort: 30080, protocol: 'TCP', targetPort: 8080 }],
});
const inMode = (mode: string, subject: object = nodePort) => ({
  services: [subject],
  nodes: [node()],
  files: { 'nodes/node-a/mode.txt': mode },
});

describe('external/localhost-supported', () => {
  proveCheck(localhostSupported, {
    healthy: inMode('iptables'),
    broken: inMode('nftables'),
    problem: {
      severity: 'info',
      node: 'node-a',
      share: [0, 0],
      summary: /^127\.0\.0\.1:30080 does not lead to shop\/web on node-a: kube-proxy in nftables mode/,
    },
    blind: { services: [nodePort] },
  });
});

describe('external/localhost-supported, a Service without a NodePort', () => {
  proveCheck(localhostSupported, {
    healthy: inMode('ipvs', service()),
    broken: inMode('ipvs'),
    problem: { severity: 'info', summary: /in ipvs mode/ },
    blind: { services: [nodePort] },
  });
});

describe('external/localhost-supported, in an audit', () => {
  proveCheck(localhostSupported, {
    healthy: { ...inMode('ipvs'), subject: { isOneOfMany: true } },
    broken: inMode('ipvs'),
    problem: { severity: 'info', summary: /in ipvs mode/ },
    blind: { services: [nodePort] },
  });
});
