import { describe } from 'vitest';
import { ruleAt } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { bridgeNetfilterOff } from './bridge-netfilter-off.ts';

const files = { 'nodes/node-a/sysctl.txt': 'net.bridge.bridge-nf-call-iptables = 0\n' };

describe('node/bridge-netfilter-off', () => {
  proveCheck(bridgeNetfilterOff, {
    healthy: { ...works, files },
    broken: {
      ...failsBy('reply-lost', {
        at: ruleAt('node-a', { family: 'sysctl', rule: 'net.bridge.bridge-nf-call-iptables = 0' }),
      }),
      files,
    },
    problem: {
      severity: 'error',
      faults: ['N03'],
      summary: /bridged frames bypass netfilter \(net\.bridge\.bridge-nf-call-iptables is not 1\)/,
    },
    blind: unwalked,
  });
});

describe('node/bridge-netfilter-off, without its module', () => {
  const rule = 'net.bridge.bridge-nf-call-iptables is not there: br_netfilter is not loaded';
  proveCheck(bridgeNetfilterOff, {
    healthy: { ...works, files },
    broken: { ...failsBy('reply-lost', { at: ruleAt('node-a', { family: 'sysctl', rule }) }), files },
    problem: { summary: /bridged frames bypass netfilter \(br_netfilter is not loaded\)/ },
    blind: unwalked,
  });
});
