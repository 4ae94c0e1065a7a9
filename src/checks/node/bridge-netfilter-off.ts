import { withSysctl } from '../../world/repair/node-state.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';

/** Replies between pods of one bridge bypass the translation, so the client gets them from a foreign address. */
export const bridgeNetfilterOff: Check = defineDiscrepancyCheck({
  id: 'node/bridge-netfilter-off',
  asserts: 'replies between pods of one bridge pass the node’s rules',
  faults: ['N03', 'N19'],
  kinds: ['reply-lost'],
  needs: ['verifications', 'sysctls'],
  concerns: ({ at }) =>
    at?.family === 'bridge' || (at?.family === 'sysctl' && /bridge-nf-call/.test(at.rule)),
  tell: (group) => {
    const isIpv6 = group.discrepancies.every(
      ({ expectation }) => typeof expectation.frontend.address === 'bigint',
    );
    const name = `net.bridge.bridge-nf-call-${isIpv6 ? 'ip6tables' : 'iptables'}`;
    const isUnloaded = group.at.some(({ rule }) => rule.includes('not loaded'));
    return {
      summary: `on ${group.node} bridged frames bypass netfilter (${isUnloaded ? 'br_netfilter is not loaded' : `${name} is not 1`}): replies of endpoints on the client’s own node come from the wrong address`,
      faults: isIpv6 ? ['N19', 'N03'] : ['N03'],
      remedy: {
        text: 'load br_netfilter and turn it on, and keep both over a reboot',
        commands: [`modprobe br_netfilter && sysctl -w ${name}=1   # on ${group.node}`],
      },
      repair: (before) => withSysctl(before, group.node, name, '1'),
    };
  },
});
