import { describeClients } from '../../verify/describe-clients.ts';
import { ipCommand } from '../../verify/ip-command.ts';
import { formatIp } from '../../model/address.ts';
import { showRuleCommand } from '../../verify/show-rule-command.ts';
import { withoutRules } from '../../world/repair/node-state.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';

/** The endpoint answers and the answer does not come back through the translation. */
export const replyLost: Check = defineDiscrepancyCheck({
  id: 'node/reply-lost',
  asserts: 'every reply comes back through the node that translated the packet',
  faults: ['C09', 'F07', 'R05', 'N02', 'R07', 'N10', 'N08'],
  kinds: ['reply-lost'],
  concerns: ({ at }) => at?.family !== 'bridge' && at?.family !== 'sysctl',
  tell: (group) => {
    const [rule] = group.at;
    if (rule?.table === 'detour') {
      return {
        faults: ['N10', 'C09'],
        summary: `a route of ${group.node} leads to the wrong node: ${rule.rule}`,
        remedy: {
          text: 'let the CNI write the route again: restart its pod on the node',
          commands: [
            `${ipCommand(group.discrepancies[0].expectation.frontend.address)} route show   # on ${group.node}`,
          ],
        },
      };
    }
    const clients = group.discrepancies.map(({ expectation }) => expectation.vantage);
    if (
      rule?.family === 'route' &&
      clients.every(({ kind, node }) => kind === 'pod' && node !== group.node)
    ) {
      return {
        faults: ['N10', 'C09', 'R05'],
        summary: `${group.node} has no working route to ${describeClients(clients)}, whose replies it sends by ${rule.rule}`,
        remedy: {
          text: 'let the CNI write the route again: restart its pod on the node',
          commands: clients
            .slice(0, 1)
            .map(({ address }) => `ip route get ${formatIp(address)}   # on ${group.node}`),
        },
      };
    }
    const isDropped = rule !== undefined && rule.family !== 'route';
    const isHairpin = group.discrepancies.every(
      ({ expectation }) =>
        expectation.vantage.pod !== undefined && expectation.sourceNat.includes('masquerade'),
    );
    return {
      summary: `replies to ${describeClients(clients)} are lost at ${group.node}: ${group.discrepancies[0].summary}`,
      faults: isHairpin
        ? ['N02', 'R07', 'R18']
        : rule?.carrier
          ? ['N08', 'F07']
          : isDropped
            ? ['F07', 'F04', 'C09']
            : ['C09', 'R05'],
      remedy: {
        text: isDropped
          ? 'let replies pass where the rule stands'
          : 'route replies back through the translating node, or let it replace the source',
        commands: rule && isDropped ? [showRuleCommand(rule)] : [],
      },
      ...(isDropped ? { repair: (before) => withoutRules(before, group.at) } : {}),
    };
  },
});
