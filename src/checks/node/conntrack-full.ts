import { tableUseOf } from '../../dataplane/walk/full-table.ts';
import { withSysctl } from '../../world/repair/node-state.ts';
import { type Check, defineCheck } from '../check.ts';

/** Above this share of the table new connections are close to being dropped. */
const ALMOST = 0.95;

/** A node's connection table has no room: new connections are dropped at random. */
export const conntrackFull: Check = defineCheck({
  id: 'node/conntrack-full',
  asserts: 'every node has room in its connection table',
  faults: ['C01'],
  needs: ['sysctls'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, state] of world.nodeStates) {
      const use = tableUseOf(state);
      if (use === undefined || use.count < use.most * ALMOST) continue;
      const { count, most, limit, isFull } = use;
      yield {
        severity: isFull ? 'error' : 'warning',
        subject: `Node ${node}`,
        node,
        summary: `the connection table of ${node} is ${isFull ? '' : 'almost '}full: ${count} of ${most} entries`,
        evidence: [
          { source: `nodes/${node}`, text: `net.netfilter.nf_conntrack_count = ${count}` },
          { source: `nodes/${node}`, text: `${limit} = ${most}` },
        ],
        share: [0, 1],
        repair: (world) => withSysctl(world, node, limit, String(most * 2)),
        remedy: {
          text: 'raise the limit (kube-proxy: conntrack.maxPerCore and conntrack.min) and find who holds the entries',
          commands: [
            `sysctl -w ${limit}=${most * 2}   # on ${node}`,
            `conntrack -L | awk '{print $4}' | sort | uniq -c | sort -rn | head   # on ${node}`,
          ],
        },
      };
    }
  },
});
