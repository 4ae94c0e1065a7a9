import { describe } from 'vitest';
import { ruleAt } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { foreignDrop } from './foreign-drop.ts';

const drop = (rule: object, owner: string) => failsBy('dropped', { owner, at: ruleAt('node-a', rule) });

describe('rules/foreign-drop, a table that nobody knows', () => {
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop(
      { family: 'inet', table: 'hostfw', chain: 'forward', rule: 'tcp dport 8080 drop' },
      'unknown',
    ),
    problem: {
      severity: 'error',
      node: 'node-a',
      faults: ['F07', 'F05', 'F04'],
      summary: /by a rule in inet hostfw forward \(not kube-proxy’s\)/,
    },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, a policy of the base chain', () => {
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop({ rule: 'policy drop' }, 'Docker'),
    problem: { faults: ['F04', 'F07'], summary: /by the policy of ip filter FORWARD \(Docker\)/ },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, a policy engine', () => {
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop({ chain: 'cali-tw-x' }, 'Calico'),
    problem: { faults: ['F01', 'F09', 'F11', 'F07', 'F05', 'F04'], summary: /\(Calico\)/ },
    blind: unwalked,
  });
});

describe('rules/foreign-drop, the policy of another program’s base chain', () => {
  proveCheck(foreignDrop, {
    healthy: works,
    broken: drop({ table: 'netbird', chain: 'fwd', rule: 'policy drop' }, 'NetBird'),
    problem: { faults: ['F07', 'F04'], summary: /by the policy of ip netbird fwd \(NetBird\)/ },
    blind: unwalked,
  });
});
