import { withSysctl } from '../../world/repair/node-state.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';

/** A node does not forward packets between its interfaces. */
export const forwardingOff: Check = defineDiscrepancyCheck({
  id: 'node/forwarding-off',
  asserts: 'every node forwards packets',
  faults: ['N04', 'N19'],
  kinds: ['dropped', 'unreachable'],
  needs: ['verifications', 'sysctls'],
  concerns: ({ at }) => at?.family === 'sysctl' && /forward/.test(at.rule),
  tell: (group) => {
    const names = [...new Set(group.at.map(({ rule }) => rule.split(/\s*=\s*/, 1)[0] ?? rule))];
    return {
      faults: names.every((name) => name.startsWith('net.ipv6.')) ? ['N19', 'N04'] : ['N04'],
      summary: `${group.node} does not forward packets (${group.at[0]?.rule ?? 'forwarding is off'})`,
      remedy: {
        text: 'turn forwarding on, and keep it on in /etc/sysctl.d',
        commands: names.map((name) => `sysctl -w ${name}=1   # on ${group.node}`),
      },
      repair: (before) => names.reduce((changed, name) => withSysctl(changed, group.node, name, '1'), before),
    };
  },
});
