import { describe } from 'vitest';
import { client, ip, promise, ruleAt, verified } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { hairpinOff } from './hairpin-off.ts';

const ports = { 'nodes/node-a/hairpin.txt': '/sys/class/net/veth1/brport/hairpin_mode:0\n' };
const itself = { vantage: client('node-a', { pod: 'shop/web-1', address: ip('10.244.1.9') }) };
const off = failsBy(
  'dropped',
  { at: ruleAt('node-a', { family: 'bridge', chain: 'veth1', rule: 'veth1: hairpin_mode 0' }) },
  itself,
);

describe('node/hairpin-off', () => {
  proveCheck(hairpinOff, {
    healthy: { ...works, files: ports },
    broken: { ...off, files: ports },
    problem: {
      severity: 'error',
      node: 'node-a',
      summary: /hairpin mode is off on veth1 of node-a, so pod shop\/web-1 on node-a cannot reach itself/,
    },
    blind: unwalked,
  });
});

describe('node/hairpin-off, of a port of which nobody knows whose it is', () => {
  const expectation = promise('node-a', itself);
  const walked = verified(expectation, [0, 1]);
  const at = ruleAt('node-a', { family: 'bridge', chain: 'veth1', rule: 'veth1: hairpin_mode 0' });
  const perhaps = {
    probability: [0, 1] as const,
    result: 'dropped' as const,
    destination: { address: ip('10.244.1.9'), port: 8080 },
    sourceNat: 'none' as const,
    decidedBy: at,
    translatedBy: [],
    replyReturns: 'unknown' as const,
    node: 'node-a',
    steps: [],
    unknowns: [],
  };
  const doubtful = { ...walked, trace: { ...walked.trace, outcomes: [perhaps] } };
  proveCheck(hairpinOff, {
    healthy: { ...works, files: ports },
    broken: { ...works, files: ports, verifications: [doubtful] },
    problem: { severity: 'warning', share: [0, 1], summary: /whether shop\/web-1 is behind one of them/ },
    blind: unwalked,
  });
});
