import type { RealServer } from '../../dataplane/ipvs/virtual-server.ts';
import { formatAddressPort, formatIp } from '../../model/address.ts';
import { findNode } from '../../intent/nodes-of.ts';
import { type KernelVersion, isBefore, kernelOf } from '../../world/kernel-of.ts';
import { podsAt } from '../../world/select-pods.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

/** From here on the setting costs nothing. *Source:* linux 35dfb013149f; kube-proxy's `connReuseFixedKernelVersion`. */
const FIXED: KernelVersion = [5, 9, 0];

const MODE = 'net.ipv4.vs.conn_reuse_mode';

/** IPVS on an older kernel: a client that uses a source port again waits a second, or comes to a real server that is leaving. */
export const portsReused: Check = defineCheck({
  id: 'node/ports-reused',
  asserts: 'IPVS sends a client that uses a source port again to an endpoint, and at once',
  faults: ['R14'],
  needs: ['sysctls', 'nodes'],
  isClusterWide: true,
  *run({ world }) {
    const isWhole = world.coverage.get('pods')?.isComplete === true;
    for (const [node, { ipvs = [], sysctls }] of world.nodeStates) {
      const kernel = kernelOf(findNode(world, node));
      const mode = sysctls?.get(MODE);
      if (ipvs.length === 0 || mode === undefined || kernel === undefined || !isBefore(kernel, FIXED))
        continue;
      const about = (summary: string, more: readonly string[], text: string): Problem => ({
        severity: 'warning',
        subject: `Node ${node}`,
        node,
        share: [0, 0],
        summary,
        evidence: [`${MODE} = ${mode}, Linux ${kernel.join('.')}`, ...more].map((each) => ({
          source: `nodes/${node}`,
          text: each,
        })),
        remedy: { text, commands: [`ipvsadm -Ln   # on ${node}`] },
      });
      if (mode !== '0') {
        yield about(
          `${node} makes a client wait 1 s that opens a connection from a source port which it had before: IPVS drops the first packet`,
          [],
          `run Linux 5.9 or later, or let kube-proxy set ${MODE} to 0`,
        );
        continue;
      }
      const gone = ipvs
        .flatMap(({ servers }) => servers)
        .filter(
          (server) => isWhole && isLeaving(server) && podsAt(world, formatIp(server.address)).length === 0,
        );
      const [first] = gone;
      if (first === undefined) continue;
      yield about(
        `${node} keeps ${gone.length === 1 ? 'a real server' : `${gone.length} real servers`} of weight 0 whose pod is gone (${formatAddressPort(first.address, first.port)}${gone.length === 1 ? '' : ' …'}): a client that uses the source port of one of its connections again is sent there`,
        gone
          .slice(0, 3)
          .map(
            ({ address, port, activeConnections = 0, inactiveConnections = 0 }) =>
              `${formatAddressPort(address, port)} weight 0, ${activeConnections} active and ${inactiveConnections} inactive connections`,
          ),
        'run Linux 5.9 or later with kube-proxy 1.22 or later; clients that take new source ports are not concerned',
      );
    }
  },
});

function isLeaving({ weight, activeConnections = 0, inactiveConnections = 0 }: RealServer): boolean {
  return weight === 0 && activeConnections + inactiveConnections > 0;
}
