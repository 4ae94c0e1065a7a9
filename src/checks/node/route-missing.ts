import { formatIp } from '../../model/address.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';

/** A node has no way to an endpoint, or a wrong one. */
export const routeMissing: Check = defineDiscrepancyCheck({
  id: 'node/route-missing',
  asserts: 'every node has a route to every endpoint',
  faults: ['N10', 'R19', 'O07', 'N11'],
  kinds: ['unreachable'],
  explains: ['node/reply-lost'],
  concerns: ({ at }) => at === undefined || at.family === 'route',
  tell: (group, { world }) => {
    if (!world.nodeStates.get(group.node)?.routes) return undefined;
    const targets = new Set(
      group.discrepancies.map(({ endpoint, expectation }) =>
        formatIp(endpoint?.address ?? expectation.frontend.address),
      ),
    );
    const isToFrontend = group.discrepancies.every(({ endpoint }) => endpoint === undefined);
    return {
      faults: isToFrontend ? ['R19', 'N10'] : ['N10', 'N11', 'O07'],
      summary: `${group.node} has no working route to ${[...targets].slice(0, 4).join(', ')}: ${group.discrepancies[0].summary}`,
      remedy: {
        text: 'let the CNI write the route again: restart its pod on the node',
        commands: [...targets].slice(0, 2).map((target) => `ip route get ${target}   # on ${group.node}`),
      },
    };
  },
});
