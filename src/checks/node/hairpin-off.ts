import { withHairpin } from '../../world/repair/node-state.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';

/** A bridge does not send frames back to the port they came from, so a pod never reaches itself through its Service. */
export const hairpinOff: Check = defineDiscrepancyCheck({
  id: 'node/hairpin-off',
  asserts: 'every endpoint can reach itself through the Service',
  faults: ['N01'],
  kinds: ['dropped', 'unreachable'],
  needs: ['verifications', 'bridgePorts'],
  concerns: ({ at, expectation }) => at?.family === 'bridge' && expectation.vantage.pod !== undefined,
  tell: (group, { world }) => {
    const ports = [...new Set(group.at.map(({ chain }) => chain))];
    const flags = (world.nodeStates.get(group.node)?.bridgePorts ?? []).filter(({ name }) =>
      ports.includes(name),
    );
    return {
      summary: `hairpin mode is off on ${ports.join(', ')} of ${group.node}, so ${group.clients.join(', ')} cannot reach itself through the Service`,
      evidence: flags.map(({ source, line, name }) => ({
        source,
        location: `line ${line}`,
        text: `${name}: hairpin off`,
      })),
      remedy: {
        text: 'turn hairpin mode on for the port now, and in the CNI configuration (bridge plugin: "hairpinMode": true) for pods to come',
        commands: ports.map((port) => `bridge link set dev ${port} hairpin on   # on ${group.node}`),
      },
      repair: (before) => ports.reduce((changed, port) => withHairpin(changed, group.node, port), before),
    };
  },
});
