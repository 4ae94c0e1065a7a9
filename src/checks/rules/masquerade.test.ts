import { describe } from 'vitest';
import { client, ip, ruleAt } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { masquerade } from './masquerade.ts';

describe('rules/masquerade, missing', () => {
  proveCheck(masquerade, {
    healthy: works,
    broken: failsBy('masquerade-missing'),
    problem: {
      severity: 'error',
      faults: ['R07', 'R05', 'R18'],
      summary: /keeps the client’s address where the reply needs it replaced/,
    },
    blind: unwalked,
  });
});

describe('rules/masquerade, missing for a pod that reaches itself', () => {
  proveCheck(masquerade, {
    healthy: works,
    broken: failsBy(
      'masquerade-missing',
      {},
      { vantage: client('node-a', { pod: 'shop/web-1', address: ip('10.244.1.9') }) },
    ),
    problem: { faults: ['N02', 'R18', 'R07'], summary: /pod shop\/web-1 on node-a/ },
    blind: unwalked,
  });
});

describe('rules/masquerade, unwanted', () => {
  proveCheck(masquerade, {
    healthy: works,
    broken: failsBy('masquerade-unwanted'),
    problem: { faults: ['R05', 'K13'], summary: /replaces the client’s address, which should be kept/ },
    blind: unwalked,
  });
});

describe('rules/masquerade, another program’s rule takes the packets first', () => {
  const at = ruleAt('node-a', {
    table: 'nat',
    chain: 'POSTROUTING',
    rule: '-A POSTROUTING -d 10.0.0.0/8 -j ACCEPT',
  });
  proveCheck(masquerade, {
    healthy: works,
    broken: failsBy('masquerade-missing', { at }),
    problem: {
      summary: /a rule in nat POSTROUTING \(not kube-proxy’s\) accepts them before kube-proxy’s rules/,
      remedy: {
        text: 'let kube-proxy’s jump to KUBE-POSTROUTING stand before the rule, or narrow the rule',
        commands: ['iptables -t nat -S POSTROUTING   # on node-a'],
      },
    },
    blind: unwalked,
  });
});

describe('rules/masquerade, missing for a pod that reaches itself by a kube-proxy of another name', () => {
  const itself = { vantage: client('node-a', { pod: 'shop/web-1', address: ip('10.244.1.9') }) };
  const config =
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nhostnameOverride: a.example\n';
  const broken = failsBy('masquerade-missing', {}, itself);
  proveCheck(masquerade, {
    healthy: works,
    broken: { ...broken, files: { ...broken.files, 'nodes/node-a/kube-proxy-config.yaml': config } },
    problem: {
      faults: ['K11', 'N02', 'R18'],
      summary:
        /^kube-proxy on node-a calls itself a\.example, which no Node is called: it finds no endpoint of its own/,
    },
    blind: unwalked,
  });
});
