import { describe } from 'vitest';
import { ruleAt } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { forwardingOff } from './forwarding-off.ts';

const files = { 'nodes/node-a/sysctl.txt': 'net.ipv4.ip_forward = 0\n' };

describe('node/forwarding-off', () => {
  proveCheck(forwardingOff, {
    healthy: { ...works, files },
    broken: {
      ...failsBy('dropped', { at: ruleAt('node-a', { family: 'sysctl', rule: 'net.ipv4.ip_forward = 0' }) }),
      files,
    },
    problem: {
      severity: 'error',
      faults: ['N04'],
      summary: /node-a does not forward packets/,
      remedy: {
        text: 'turn forwarding on, and keep it on in /etc/sysctl.d',
        commands: ['sysctl -w net.ipv4.ip_forward=1   # on node-a'],
      },
    },
    blind: unwalked,
  });
});

describe('node/forwarding-off, of IPv6', () => {
  const rule = 'net.ipv6.conf.all.forwarding = 0';
  proveCheck(forwardingOff, {
    healthy: { ...works, files },
    broken: { ...failsBy('dropped', { at: ruleAt('node-a', { family: 'sysctl', rule }) }), files },
    problem: { faults: ['N19', 'N04'], summary: /net\.ipv6\.conf\.all\.forwarding = 0/ },
    blind: unwalked,
  });
});
