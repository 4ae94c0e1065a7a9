import { withHairpin } from '../../world/repair/node-state.ts';
import { ruleEvidence } from '../../verify/group-discrepancies.ts';
import { type Check, type CheckInput, type Problem, defineCheck } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';

const surelyOff: Check = defineDiscrepancyCheck({
  id: 'node/hairpin-off',
  asserts: 'every endpoint can reach itself through the Service',
  faults: ['N01'],
  kinds: ['dropped', 'unreachable', 'reply-lost'],
  explains: ['node/reply-lost'],
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

/** A bridge does not send frames back to the port they came from, so a pod never reaches itself through its Service. */
export const hairpinOff: Check = defineCheck({
  ...surelyOff,
  *run(input) {
    yield* surelyOff.run(input);
    yield* perhapsOff(input);
  },
});

/** Hairpin mode is off on some port of the bridge, and which pod is behind it was not read. */
function* perhapsOff({ subject, verifications }: CheckInput): Iterable<Problem> {
  const paths = verifications.flatMap(({ expectation, trace }) => {
    const at = trace.outcomes.find(
      ({ decidedBy, probability: [min, max] }) => decidedBy?.family === 'bridge' && min === 0 && max > 0,
    )?.decidedBy;
    return at === undefined ? [] : [{ at, client: expectation.vantage.pod ?? 'a pod' }];
  });
  const [first] = paths;
  if (first === undefined) return;
  const { node } = first.at;
  const clients = [...new Set(paths.filter(({ at }) => at.node === node).map(({ client }) => client))];
  yield {
    severity: 'warning',
    subject: `Service ${subject.namespace}/${subject.name}`,
    node,
    share: [0, paths.length / verifications.length],
    summary: `hairpin mode is off on ports of ${node}; whether ${clients.join(' or ')} is behind one of them was not seen`,
    evidence: [ruleEvidence(first.at)],
    remedy: {
      text: `see which pod is behind the port, and turn hairpin mode on`,
      commands: [
        `bridge fdb show   # on ${node}`,
        `bridge link set dev ${first.at.chain} hairpin on   # on ${node}`,
      ],
    },
  };
}
