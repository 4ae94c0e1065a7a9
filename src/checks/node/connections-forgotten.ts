import { type Check, defineCheck } from '../check.ts';

const SETTING = 'net.netfilter.nf_conntrack_tcp_timeout_established';

/** Two hours and four minutes, more than the keepalive of the kernel’s default. *Source:* RFC 5382, REQ-5. */
const LEAST_SECONDS = 7440;

/** A node forgets connections that are idle sooner than clients ask whether they still stand. */
export const connectionsForgotten: Check = defineCheck({
  id: 'node/connections-forgotten',
  asserts: 'nodes remember idle connections as long as the keepalive of clients takes',
  faults: ['C07'],
  needs: ['sysctls'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, { sysctls }] of world.nodeStates) {
      const seconds = Number(sysctls?.get(SETTING));
      if (!(seconds < LEAST_SECONDS)) continue;
      yield {
        severity: 'info',
        subject: `Node ${node}`,
        node,
        share: [0, 0],
        summary: `${node} forgets a TCP connection that is idle for ${seconds} s: a client that says nothing for longer loses it, unless it keeps it alive more often`,
        evidence: [{ source: `nodes/${node}`, text: `${SETTING} = ${seconds}` }],
        remedy: {
          text: `let the clients’ keepalive be shorter than ${seconds} s, or the timeout longer (kube-proxy: conntrack.tcpEstablishedTimeout, 24 h by default)`,
          commands: [`sysctl ${SETTING}   # on ${node}`],
        },
      };
    }
  },
});
