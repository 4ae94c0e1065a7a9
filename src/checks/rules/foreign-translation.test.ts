import { describe } from 'vitest';
import { ruleAt } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { foreignTranslation } from './foreign-translation.ts';

describe('rules/foreign-translation', () => {
  proveCheck(foreignTranslation, {
    healthy: works,
    broken: failsBy('shadowed', {
      owner: 'CNI portmap',
      at: ruleAt('node-a', { table: 'nat', chain: 'CNI-DN-x' }),
    }),
    problem: {
      severity: 'error',
      faults: ['R10', 'X07', 'S09', 'C10'],
      summary: /elsewhere by a rule in ip nat CNI-DN-x \(CNI portmap\)/,
    },
    blind: unwalked,
  });
});

describe('rules/foreign-translation, no tracking', () => {
  proveCheck(foreignTranslation, {
    healthy: works,
    broken: failsBy('shadowed', {
      at: ruleAt('node-a', { table: 'raw', chain: 'PREROUTING', rule: '-A PREROUTING -j CT --notrack' }),
    }),
    problem: { faults: ['C10', 'R10'], summary: /exempts 10\.96\.0\.7:80\/tcp from connection tracking/ },
    blind: unwalked,
  });
});

describe('rules/foreign-translation, NodeLocal DNS whose server does not run', () => {
  proveCheck(foreignTranslation, {
    healthy: works,
    broken: failsBy('shadowed', {
      owner: 'NodeLocal DNS',
      at: ruleAt('node-a', {
        table: 'raw',
        chain: 'PREROUTING',
        rule: '-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK',
      }),
    }),
    problem: {
      faults: ['D16', 'C10'],
      summary: /NodeLocal DNS takes .* for itself .*its server does not run/,
    },
    blind: unwalked,
  });
});
