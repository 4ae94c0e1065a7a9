import { describe, expect } from 'vitest';
import type { Remedy } from '../../model/finding.ts';
import { ip, ruleAt, webFrontend } from '../../verify/verification-fixture.ts';
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

describe('node/reply-lost, a route that leads to the wrong node', () => {
  const at = ruleAt('node-a', {
    family: 'route',
    table: 'detour',
    rule: '10.244.2.0/24 via 192.0.2.3: leads',
  });
  proveCheck(replyLost, {
    healthy: works,
    broken: failsBy('reply-lost', { at }),
    problem: { faults: ['N10', 'C09'], summary: /^a route of node-a leads to the wrong node: 10\.244\.2\.0/ },
    blind: unwalked,
  });
});

describe('node/reply-lost, a route of IPv6 that leads to the wrong node', () => {
  const at = ruleAt('node-a', {
    family: 'route',
    table: 'detour',
    rule: 'fd00:10:244:2::/64 via fd00::3: leads',
  });
  const frontend = { ...webFrontend, address: ip('fd00:10:96::7') };
  proveCheck(replyLost, {
    healthy: works,
    broken: failsBy('reply-lost', { at }, { frontend }),
    problem: {
      faults: ['N10', 'C09'],
      summary: /^a route of node-a leads to the wrong node: fd00:10:244:2::/,
      remedy: expect.objectContaining({ commands: ['ip -6 route show   # on node-a'] }) as Remedy,
    },
    blind: unwalked,
  });
});

describe('node/reply-lost, no route to the pods of another node', () => {
  const at = ruleAt('node-b', { family: 'route', table: 'main', rule: 'default via 192.0.2.1 dev eth0' });
  proveCheck(replyLost, {
    healthy: works,
    broken: failsBy('reply-lost', { at, node: 'node-b' }),
    problem: {
      node: 'node-b',
      faults: ['N10', 'C09', 'R05'],
      summary:
        /^node-b has no working route to pods on node-a, whose replies it sends by default via 192\.0\.2\.1/,
    },
    blind: unwalked,
  });
});
