import { withSysctl } from '../../world/repair/node-state.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';

/** A node throws packets away because it would answer their source by another interface. */
export const reversePathFilter: Check = defineDiscrepancyCheck({
  id: 'node/reverse-path-filter',
  asserts: 'no node drops the Service’s packets by its reverse path filter',
  faults: ['N05'],
  kinds: ['dropped', 'unreachable', 'reply-lost'],
  needs: ['verifications', 'sysctls'],
  concerns: ({ at }) => at?.family === 'sysctl' && /rp_filter/.test(at.rule),
  tell: (group) => {
    const names = [...new Set(group.at.map(({ rule }) => rule.split(/\s*=\s*/, 1)[0] ?? rule))];
    return {
      summary: `${group.node} drops packets whose source it would answer by another interface (${group.at[0]?.rule ?? 'rp_filter'})`,
      remedy: {
        text: 'set the reverse path filter to loose (2) or off (0), as the CNI asks for',
        commands: names.map((name) => `sysctl -w ${name}=2   # on ${group.node}`),
      },
      repair: (before) => names.reduce((changed, name) => withSysctl(changed, group.node, name, '0'), before),
    };
  },
});
