import { describe } from 'vitest';
import { observationFormats } from '../../model/observation.ts';
import { dns, pod } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { clientResolver } from './client-resolver.ts';

const asking = (spec: Record<string, unknown>) => {
  const cluster = dns();
  return {
    ...cluster,
    pods: [...cluster.pods, pod('client', {}, spec)],
    subject: { from: { pod: 'shop/client' } },
  };
};
const { services } = dns();

describe('dns/client-resolver, a wrong nameserver', () => {
  proveCheck(clientResolver, {
    healthy: asking({ dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.10'] } }),
    broken: asking({ dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.53'] } }),
    problem: {
      severity: 'error',
      faults: ['D04', 'D05'],
      summary: /asks 10\.96\.0\.53; the cluster’s DNS is 10\.96\.0\.10/,
    },
    blind: { services },
  });
});

describe('dns/client-resolver, NodeLocal DNS', () => {
  const cached = (server: string, localip: string) => {
    const asked = asking({ dnsPolicy: 'None', dnsConfig: { nameservers: [server] } });
    const cache = pod(
      'nodelocaldns-x',
      {},
      { containers: [{ name: 'node-cache', args: [`-localip=${localip}`] }] },
    );
    return { ...asked, pods: [...asked.pods, cache] };
  };
  proveCheck(clientResolver, {
    healthy: cached('169.254.42.10', '169.254.42.10,10.96.0.10'),
    broken: cached('169.254.42.10', '169.254.42.11'),
    problem: { severity: 'error', faults: ['D04', 'D05'], summary: /asks 169\.254\.42\.10/ },
    blind: { services },
  });
});

describe('dns/client-resolver, NodeLocal DNS of kubespray, whose pods were not read', () => {
  proveCheck(clientResolver, {
    healthy: asking({ dnsPolicy: 'None', dnsConfig: { nameservers: ['169.254.25.10'] } }),
    broken: asking({ dnsPolicy: 'None', dnsConfig: { nameservers: ['169.254.169.253'] } }),
    problem: { faults: ['D04', 'D05'], summary: /asks 169\.254\.169\.253/ },
    blind: { services },
  });
});

describe('dns/client-resolver, the node’s resolver', () => {
  proveCheck(clientResolver, {
    healthy: asking({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }),
    broken: asking({ hostNetwork: true, dnsPolicy: 'ClusterFirst' }),
    problem: { faults: ['D05', 'D04'], summary: /runs in its node’s network with dnsPolicy ClusterFirst/ },
    blind: { services },
  });
});

describe('dns/client-resolver, the node’s resolver, which was read', () => {
  const host = asking({ hostNetwork: true, dnsPolicy: 'ClusterFirst' });
  const resolv = (nameserver: string): Record<string, string> => ({
    'nodes/node-a/resolv.conf': `nameserver ${nameserver}\n`,
  });
  const answers = JSON.stringify({
    schema: observationFormats.dns,
    items: [
      {
        from: { kind: 'pod', pod: 'shop/client', via: 'exec nslookup' },
        server: { address: '192.0.2.53' },
        protocol: 'udp',
        name: 'web.shop.svc.cluster.local',
        type: 'A',
        outcome: 'answered',
        rcode: 'NOERROR',
        records: [{ type: 'A', data: '10.96.0.7' }],
      },
    ],
  });
  proveCheck(clientResolver, {
    healthy: { ...host, files: resolv('10.96.0.10') },
    broken: { ...host, files: resolv('192.0.2.53') },
    problem: { faults: ['D05', 'D04'], summary: /its node’s resolver \(192\.0\.2\.53\)/ },
    blind: { services },
  });
  proveCheck(clientResolver, {
    healthy: { ...host, files: { ...resolv('192.0.2.53'), 'dns/answers.json': answers } },
    broken: { ...host, files: { ...resolv('192.0.2.54'), 'dns/answers.json': answers } },
    problem: { summary: /its node’s resolver \(192\.0\.2\.54\)/ },
    blind: { services },
  });
});

describe('dns/client-resolver, dnsPolicy Default', () => {
  const server = pod(
    'coredns-1',
    {},
    { dnsPolicy: 'Default' },
    { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  );
  proveCheck(clientResolver, {
    healthy: { ...dns(), pods: [server], subject: { from: { pod: 'kube-system/coredns-1' } } },
    broken: { ...asking({ dnsPolicy: 'Default' }) },
    problem: { faults: ['D05', 'D04'], summary: /has dnsPolicy Default/ },
    blind: { services },
  });
});
