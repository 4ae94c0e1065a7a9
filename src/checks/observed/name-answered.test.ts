import { describe } from 'vitest';
import { observationFormats } from '../../model/observation.ts';
import { dns, node, pod, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { nameAnswered } from './name-answered.ts';

const { services, ...rest } = dns();
const UDP = { name: 'dns', port: 53, protocol: 'UDP' };
const cluster = { ...rest, services: [...services, service()] };
const answer = (given: object, pod: string, name = 'web.shop.svc.cluster.local') => ({
  from: { kind: 'machine', via: 'port-forward' },
  server: { address: '10.244.1.2', pod },
  protocol: 'tcp',
  name,
  type: 'A',
  ...given,
});
const right = { outcome: 'answered', rcode: 'NOERROR', records: [{ type: 'A', data: '10.96.0.7' }] };
const answered = (...items: object[]) => ({
  ...cluster,
  files: { 'dns/answers.json': JSON.stringify({ schema: observationFormats.dns, items }) },
});

describe('observed/name-answered, one of two', () => {
  proveCheck(nameAnswered, {
    healthy: answered(answer(right, 'a'), answer({ outcome: 'failed' }, 'b')),
    broken: answered(
      answer(right, 'a'),
      answer({ outcome: 'answered', rcode: 'SERVFAIL', records: [] }, 'b'),
    ),
    problem: {
      share: [0, 1],
      faults: ['D09', 'D10', 'D03'],
      summary: /10\.244\.1\.2 \(b\) answered SERVFAIL; the other 1 answers are right/,
    },
    blind: cluster,
  });
});

describe('observed/name-answered, all silent', () => {
  proveCheck(nameAnswered, {
    healthy: answered(answer(right, 'a')),
    broken: answered(answer({ outcome: 'timeout' }, 'a'), answer({ outcome: 'timeout' }, 'b')),
    problem: { share: [1, 1], severity: 'error', summary: /did not answer in time; so did 1 more of 2/ },
    blind: answered(answer(right, 'a', 'kubernetes.default.svc.cluster.local')),
  });
});

describe('observed/name-answered, where kubernetes.default fails as well', () => {
  const first = 'kubernetes.default.svc.cluster.local';
  const silent = { outcome: 'timeout' };
  proveCheck(nameAnswered, {
    // The server that knows nothing at all is the DNS Service's matter.
    healthy: answered(answer(right, 'a'), answer(silent, 'b', first), answer(silent, 'b')),
    broken: {
      ...answered(answer(right, 'a', first), answer(silent, 'b', first)),
      services: [...services, service({}, { name: 'kubernetes', namespace: 'default' })],
      subject: { namespace: 'kube-system', name: 'kube-dns' },
    },
    problem: {
      share: [0, 1],
      subject: 'Service kube-system/kube-dns',
      summary: /asked for kubernetes\.default.* did not answer in time/,
    },
    blind: answered(answer(silent, 'b', first), answer(silent, 'b')),
  });
});

describe('observed/name-answered, where nobody read the Service kubernetes of a cluster of IPv6', () => {
  const first = 'kubernetes.default.svc.cluster.local';
  const empty = { outcome: 'answered', rcode: 'NOERROR', records: [] };
  const ofIpv6 = (given: object) => ({
    ...answered(answer(given, 'a', first)),
    services: services.map((each) => ({ ...each, spec: { clusterIP: 'fd00:10:96::a', ports: [UDP] } })),
    readIn: ['kube-system', 'shop'],
    subject: { namespace: 'kube-system', name: 'kube-dns' },
  });
  proveCheck(nameAnswered, {
    healthy: ofIpv6(empty),
    broken: ofIpv6({ ...empty, type: 'AAAA' }),
    problem: { share: [1, 1], summary: /asked for kubernetes\.default.* answered without an address/ },
    blind: { ...ofIpv6(empty), files: {} },
  });
});

describe.each([
  ['a moment after the Service was made', '2026-11-24T10:00:10Z', 'info'],
  ['long after', '2026-11-24T10:01:00Z', 'error'],
] as const)('observed/name-answered, another address %s', (_, now, severity) => {
  const made = service({}, { creationTimestamp: '2026-11-24T10:00:00Z' });
  const at = (address: string) => {
    const told = { ...right, records: [{ type: 'A', data: address }] };
    const { files, ...more } = answered(answer(told, 'a'));
    return {
      ...more,
      services: [...services, made],
      files: { ...files, 'nodes/node-a/date.txt': `${now}\n` },
    };
  };
  proveCheck(nameAnswered, {
    healthy: at('10.96.0.7'),
    broken: at('10.96.0.99'),
    problem: { severity, summary: /left out 10\.96\.0\.7 and answered 10\.96\.0\.99/ },
    blind: cluster,
  });
});

const TCP = { name: 'dns-tcp', port: 53, protocol: 'TCP' };
const DROP = '-A OUTPUT -d 10.244.1.2/32 -j DROP';
const OTHER = DROP.replace('1.2/', '1.9/');
const LOST = /packets of node-b to it are lost on the way/;

describe.each([
  ['are dropped', DROP, [UDP, TCP], 'info', LOST],
  ['find no port of their protocol', OTHER, [TCP], 'info', LOST],
  ['arrive', OTHER, [UDP, TCP], 'error', /did not answer in time$/],
] as const)(
  'observed/name-answered, where the packets of who asked %s',
  (_, rule, ports, severity, summary) => {
    const to = (protocol: string) =>
      `-A KUBE-SERVICES -d 10.96.0.10/32 -p ${protocol} -m ${protocol} --dport 53 -j DNAT --to-destination 10.244.1.2:53`;
    const rules = `# by iptables-nft-save
*nat
:OUTPUT ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
-A OUTPUT -j KUBE-SERVICES
${to('udp')}
${to('tcp')}
COMMIT
*filter
:OUTPUT ACCEPT [0:0]
${rule}
COMMIT
`;
    const asked = {
      ...answer({ outcome: 'timeout' }, 'a'),
      from: { kind: 'node', node: 'node-b', via: 'exec nslookup' },
      server: { address: '10.96.0.10' },
      protocol: 'udp',
    };
    const labels = { 'kubernetes.io/service-name': 'kube-dns' };
    const endpoints = [{ addresses: ['10.244.1.2'], nodeName: 'node-a', conditions: { ready: true } }];
    const metadata = { name: 'kube-dns-1', namespace: 'kube-system', labels };
    const { files, ...more } = answered(asked);
    proveCheck(nameAnswered, {
      healthy: answered(answer(right, 'a')),
      broken: {
        ...more,
        services: [...dns({ ports }).services, service()],
        nodes: [node(), node({}, { podCIDR: '10.244.2.0/24' }, 'node-b')],
        endpointslices: [{ metadata, addressType: 'IPv4', endpoints, ports }],
        files: { ...files, 'nodes/node-b/iptables-save.txt': rules },
      },
      problem: { severity, summary },
      blind: cluster,
    });
  },
);

describe('observed/name-answered, of a client that asks others than the cluster’s DNS', () => {
  const silent = (address: string) => ({ ...answer({ outcome: 'timeout' }, 'a'), server: { address } });
  const asking = (...items: object[]) => ({
    ...answered(...items),
    pods: [
      ...rest.pods,
      pod('client', {}, { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.53'] } }),
    ],
    subject: { from: { pod: 'shop/client' } },
  });
  proveCheck(nameAnswered, {
    // That it asks them is told by dns/client-resolver.
    healthy: asking(silent('10.96.0.53'), answer(right, 'a')),
    broken: asking(silent('10.96.0.53'), silent('10.96.0.10'), answer(right, 'a')),
    problem: { severity: 'error', summary: /10\.96\.0\.10 did not answer in time; the other 1 answers/ },
    blind: cluster,
  });
});
