import { describe } from 'vitest';
import { proveCheck } from '../prove-check-fixture.ts';
import { egressAdmits } from './egress-admits.ts';
import { underPolicy, withoutPolicies } from './policy-fixture.ts';

const clients = { podSelector: { matchLabels: { role: 'client' } }, policyTypes: ['Egress'] };
const to = (app: string) => ({ to: [{ podSelector: { matchLabels: { app } } }] });

describe('policy/egress-admits', () => {
  proveCheck(egressAdmits, {
    healthy: underPolicy({ ...clients, egress: [to('web')] }, 'nothing'),
    broken: underPolicy({ ...clients, egress: [to('db')] }, 'drop'),
    problem: {
      severity: 'error',
      faults: ['F02', 'F01'],
      summary: /does not let Pod shop\/client-1 out to the Service’s pods on port 8080/,
    },
    blind: withoutPolicies(),
  });
});

describe('policy/egress-admits, the port of the Service', () => {
  proveCheck(egressAdmits, {
    healthy: underPolicy({ ...clients, egress: [{ ports: [{ port: 8080 }] }] }, 'nothing'),
    broken: underPolicy({ ...clients, egress: [{ ports: [{ port: 80 }] }] }, 'drop'),
    problem: { faults: ['F03', 'F02'], summary: /it admits TCP 80, the port of the Service/ },
    blind: withoutPolicies(),
  });
});

describe('policy/egress-admits, the address of the Service', () => {
  const block = (cidr: string) => ({ ...clients, egress: [{ to: [{ ipBlock: { cidr } }] }] });
  proveCheck(egressAdmits, {
    healthy: underPolicy(block('10.244.0.0/16'), 'nothing'),
    broken: underPolicy(block('10.96.0.0/12'), 'drop'),
    problem: { faults: ['F03', 'F02'], summary: /it admits 10\.96\.0\.7, the address of the Service/ },
    blind: withoutPolicies(),
  });
});
