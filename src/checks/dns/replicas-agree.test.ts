import { describe } from 'vitest';
import { dns } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { replicasAgree } from './replicas-agree.ts';

const { services, pods, configmaps } = dns();
const replica = (name: string, address: string, configMap: string) => ({
  metadata: { name, namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  spec: {
    nodeName: 'node-b',
    containers: [{ name: 'coredns' }],
    volumes: [{ name: 'config', configMap: { name: configMap } }],
  },
  status: { phase: 'Running', podIP: address, conditions: [{ type: 'Ready', status: 'True' }] },
});
const subject = { namespace: 'kube-system', name: 'kube-dns' };
const log = (sum: string) =>
  `.:53\n[INFO] plugin/reload: Running configuration SHA512 = ${sum}\nCoreDNS-1.14.0\n`;
const other = {
  metadata: { name: 'coredns-old', namespace: 'kube-system' },
  data: { Corefile: '.:53 {\n  kubernetes example.internal\n}\n' },
};

describe('dns/replicas-agree, by the ConfigMap that they mount', () => {
  const first = replica('coredns-1', '10.244.1.2', 'coredns');
  const second = replica('coredns-2', '10.244.2.2', 'coredns');
  const odd = replica('coredns-x', '10.244.3.2', 'coredns-old');
  proveCheck(replicasAgree, {
    healthy: { subject, services, configmaps: [...configmaps, other], pods: [first, second] },
    broken: { subject, services, configmaps: [other, ...configmaps], pods: [first, odd, second] },
    problem: {
      node: 'node-b',
      share: [1 / 3, 1 / 3],
      faults: ['D03', 'D10'],
      summary:
        /1 of 3 DNS pods \(coredns-x\) runs another configuration.*serves example\.internal, and pods search cluster\.local/,
    },
    blind: { subject, services, pods },
  });
});

describe('dns/replicas-agree, by what they log', () => {
  const both = [replica('coredns-1', '10.244.1.2', 'coredns'), replica('coredns-2', '10.244.2.2', 'coredns')];
  const logs = (one: string, two: string) => ({
    'pods/kube-system_coredns-1.log': log(one),
    'pods/kube-system_coredns-2.log': `${log('0b')}${log(two)}`,
  });
  proveCheck(replicasAgree, {
    healthy: { subject, services, configmaps, pods: both, files: logs('0a', '0a') },
    broken: { subject, services, configmaps, pods: both, files: logs('0a', '0c') },
    problem: { share: [0, 1 / 2], faults: ['D10', 'D03'], summary: /coredns-2\) runs another/ },
    blind: { subject, services, pods },
  });
});

describe('dns/replicas-agree, a log that is cut', () => {
  const both = [replica('coredns-1', '10.244.1.2', 'coredns'), replica('coredns-2', '10.244.2.2', 'coredns')];
  const files = (second: string) => ({
    'pods/kube-system_coredns-1.log': log('0a'),
    'pods/kube-system_coredns-2.log': second,
  });
  proveCheck(replicasAgree, {
    healthy: { subject, services, configmaps, pods: both, files: files(log('0a').slice(0, -17)) },
    broken: { subject, services, configmaps, pods: both, files: files(log('0c')) },
    problem: { summary: /runs another configuration/ },
    blind: { subject, services, pods: both },
  });
});
