import { describe } from 'vitest';
import { ruleAt } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { replyLost } from './reply-lost.ts';

describe('node/reply-lost, a rule that drops replies', () => {
  proveCheck(replyLost, {
    healthy: works,
    broken: failsBy('reply-lost'),
    problem: {
      severity: 'error',
      faults: ['F07', 'F04', 'C09'],
      summary: /replies to pods? on node-a are lost at node-a/,
    },
    blind: unwalked,
  });
});

describe('node/reply-lost, another way back', () => {
  proveCheck(replyLost, {
    healthy: works,
    broken: failsBy('reply-lost', { at: ruleAt('node-a', { family: 'route' }) }),
    problem: { faults: ['C09', 'R05'], summary: /lost at node-a/ },
    blind: unwalked,
  });
});
