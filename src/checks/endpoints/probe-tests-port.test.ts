import { describe } from 'vitest';
import { promise, verified, webFrontend } from '../../verify/verification-fixture.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import { node, pod, service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { probeTestsPort } from './probe-tests-port.ts';

const probedBy = (...probes: readonly object[]) =>
  probes.map((readinessProbe, index) =>
    pod(`web-${index + 1}`, {}, { containers: [{ name: 'app', readinessProbe }] }),
  );
const entry = (flag: string): string =>
  `tcp      6 59 ${flag === '' ? 'TIME_WAIT' : 'SYN_SENT'} src=10.244.9.9 dst=10.96.0.7 sport=42000 dport=80 ${flag} src=10.244.1.9 dst=10.244.9.9 sport=8080 dport=42000 mark=0 use=1\n`;
const cluster = (pods: readonly object[], conntrack = '') => ({
  services: [service()],
  endpointslices: [slice()],
  nodes: [node()],
  pods,
  verifications: [verified(promise('node-a'), [1, 1])],
  files: {
    'nodes/node-a/conntrack.txt': `tcp      6 9 TIME_WAIT src=10.244.9.9 dst=10.96.0.1 sport=1 dport=443 src=192.0.2.11 dst=10.244.9.9 sport=6443 dport=1 mark=0 use=1\n${conntrack}`,
  },
});
const other = { httpGet: { port: 8090 } };
const broken = cluster(probedBy(other, other), entry('[UNREPLIED]'));
const problem = {
  severity: 'warning',
  share: [0, 1],
  summary: /probe on 8090; clients are sent to 8080/,
} as const;
const toUdp = {
  ...broken,
  verifications: [
    verified(promise('node-a', { frontend: { ...webFrontend, protocol: PROTOCOL.udp } }), [1, 1]),
  ],
};
const blind = { ...broken, files: {} };

describe.each([
  ['clients were answered', cluster(probedBy(other), entry(''))],
  ['one pod is probed where clients are sent', cluster(probedBy(other, { tcpSocket: { port: 8080 } }))],
  ['the probe is a command', cluster(probedBy({ exec: { command: ['true'] } }))],
  ['nobody is sent there by TCP', toUdp],
  [
    'istio’s agent asks the pod in the kubelet’s stead',
    cluster(probedBy({ httpGet: { port: 15020, path: '/app-health/web/readyz' } })),
  ],
  ['there is no probe', cluster([pod('web-1', {}, { containers: [{ name: 'app' }] })])],
  ['all Services are gone through', { ...broken, subject: { isOneOfMany: true as const } }],
])('endpoints/probe-tests-port: silent where %s', (_, healthy) => {
  proveCheck(probeTestsPort, { healthy, broken, problem, blind });
});
