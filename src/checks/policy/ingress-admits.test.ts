import { describe } from 'vitest';
import { proveCheck } from '../prove-check-fixture.ts';
import { ingressAdmits } from './ingress-admits.ts';
import { underPolicy, webPods, withoutPolicies } from './policy-fixture.ts';

const from = (role: string) => [{ podSelector: { matchLabels: { role } } }];

describe('policy/ingress-admits, clients with another label', () => {
  proveCheck(ingressAdmits, {
    healthy: underPolicy({ ...webPods, ingress: [{ from: from('client') }] }, 'nothing'),
    broken: underPolicy({ ...webPods, ingress: [{ from: from('frontend') }] }, 'drop'),
    problem: {
      severity: 'error',
      faults: ['F01', 'F03'],
      summary: /NetworkPolicy shop\/p lets in only role=frontend: the clients have role=client/,
      remedy: {
        text: 'add a rule that lets the clients in',
        commands: [
          `kubectl -n shop patch networkpolicy p --type=json -p '[{"op":"add","path":"/spec/ingress/-","value":{"from":[{"podSelector":{"matchLabels":{"role":"client"}}}],"ports":[{"protocol":"TCP","port":8080}]}}]'`,
        ],
      },
    },
    blind: withoutPolicies(),
  });
});

describe('policy/ingress-admits, the port of the Service', () => {
  const on = (port: number) => ({ ...webPods, ingress: [{ from: from('client'), ports: [{ port }] }] });
  proveCheck(ingressAdmits, {
    healthy: underPolicy(on(8080), 'nothing'),
    broken: underPolicy(on(80), 'drop'),
    problem: {
      faults: ['F03', 'F01'],
      summary:
        /admits the clients to TCP 80, the port of the Service; policies see the port of the pods, 8080/,
    },
    blind: withoutPolicies(),
  });
});

describe('policy/ingress-admits, nobody walked', () => {
  proveCheck(ingressAdmits, {
    healthy: underPolicy({ ...webPods, ingress: [{}] }, 'unwalked'),
    broken: underPolicy({ ...webPods, policyTypes: ['Ingress'] }, 'unwalked'),
    problem: { severity: 'warning', share: [0, 1 / 2], summary: /lets nobody in/ },
    blind: withoutPolicies(),
  });
});

describe('policy/ingress-admits, no rule drops and no connection tells', () => {
  const closed = { ...webPods, policyTypes: ['Ingress'] };
  proveCheck(ingressAdmits, {
    healthy: underPolicy(closed, 'answered'),
    broken: underPolicy(closed, 'nothing'),
    problem: {
      severity: 'warning',
      share: [0, 1],
      summary: /lets nobody in .* \(what enforces it was not seen\)/,
    },
    blind: withoutPolicies(),
  });
});

describe('policy/ingress-admits, no rule drops and connections got no answer', () => {
  const closed = { ...webPods, policyTypes: ['Ingress'] };
  proveCheck(ingressAdmits, {
    healthy: underPolicy(closed, 'answered'),
    broken: underPolicy(closed, 'silence'),
    problem: { severity: 'error', share: [1, 1], summary: /their connections got no answer/ },
    blind: withoutPolicies(),
  });
});
