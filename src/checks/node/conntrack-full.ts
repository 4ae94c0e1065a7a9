import { fullTableOf } from '../../dataplane/walk/full-table.ts';
import { withSysctl } from '../../world/repair/node-state.ts';
import { type Check, defineCheck } from '../check.ts';

const MOST = 'net.netfilter.nf_conntrack_max';
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
      const { sysctls } = state;
      const max = Number(sysctls?.get(MOST) ?? sysctls?.get('net.nf_conntrack_max'));
      const count = Number(sysctls?.get('net.netfilter.nf_conntrack_count'));
      if (!(max > 0) || !(count >= max * ALMOST)) continue;
      const isFull = fullTableOf(state) !== undefined;
      yield {
        severity: isFull ? 'error' : 'warning',
        subject: `Node ${node}`,
        node,
        summary: `the connection table of ${node} is ${isFull ? '' : 'almost '}full: ${count} of ${max} entries`,
        evidence: [
          { source: `nodes/${node}`, text: `net.netfilter.nf_conntrack_count = ${count}` },
          { source: `nodes/${node}`, text: `net.netfilter.nf_conntrack_max = ${max}` },
        ],
        share: [0, 1],
        repair: (world) => withSysctl(world, node, MOST, String(max * 2)),
        remedy: {
          text: 'raise the limit (kube-proxy: conntrack.maxPerCore and conntrack.min) and find who holds the entries',
          commands: [
            `sysctl -w net.netfilter.nf_conntrack_max=${max * 2}   # on ${node}`,
            `conntrack -L | awk '{print $4}' | sort | uniq -c | sort -rn | head   # on ${node}`,
          ],
        },
      };
    }
  },
});
