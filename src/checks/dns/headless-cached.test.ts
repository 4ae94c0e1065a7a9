import { describe } from 'vitest';
import { node, pod, service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { headlessCached } from './headless-cached.ts';

const cluster = (destination: string, entry = '110 SYN_SENT') => ({
  services: [service({ clusterIP: 'None' })],
  endpointslices: [slice()],
  pods: [pod()],
  nodes: [node()],
  files: {
    'nodes/node-a/conntrack.txt': `tcp      6 ${entry} src=10.244.1.30 dst=${destination} sport=40000 dport=8080 [UNREPLIED] src=${destination} dst=10.244.1.30 sport=8080 dport=40000 mark=0 use=1\n`,
  },
});
const { files: _, ...blind } = cluster('10.244.1.9');

describe('dns/headless-cached', () => {
  proveCheck(headlessCached, {
    healthy: cluster('10.244.1.9'),
    broken: cluster('10.244.1.200'),
    problem: {
      severity: 'info',
      node: 'node-a',
      share: [0, 0],
      summary: /^clients on node-a wait on 10\.244\.1\.200:8080, a port of headless shop\/web/,
    },
    blind,
  });
});

describe('dns/headless-cached, an address outside of the pods’ network', () => {
  proveCheck(headlessCached, {
    healthy: cluster('203.0.113.7'),
    broken: cluster('10.244.1.200'),
    problem: { severity: 'info', summary: /no pod has/ },
    blind,
  });
});

describe('dns/headless-cached, a Service with an address of its own', () => {
  proveCheck(headlessCached, {
    healthy: { ...cluster('10.244.1.200'), services: [service()] },
    broken: cluster('10.244.1.200'),
    problem: { severity: 'info', summary: /headless shop\/web/ },
    blind,
  });
});
