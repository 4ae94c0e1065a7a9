import { masqueradeRules } from '../../kubeproxy/masquerade-rules.ts';
import { findNode } from '../../intent/nodes-of.ts';
import { type KernelVersion, isBefore, kernelOf } from '../../world/kernel-of.ts';
import { type Check, defineCheck } from '../check.ts';

/** Releases with "netfilter: nat: never update the UDP checksum when it's 0". *Source:* the change logs of Linux 4.14.181, 4.19.123, 5.4.41 and 5.7. */
const FIXED: readonly KernelVersion[] = [
  [4, 14, 181],
  [4, 19, 123],
  [5, 4, 41],
  [5, 7, 0],
];

/** Packets that a VXLAN tunnel carries for kube-proxy are masqueraded twice, which spoils their checksum on older kernels. */
export const tunnelsMasqueraded: Check = defineCheck({
  id: 'node/tunnels-masqueraded',
  asserts: 'what kube-proxy masquerades is not masqueraded again inside a VXLAN tunnel',
  faults: ['N07'],
  needs: ['links'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, state] of world.nodeStates) {
      const tunnel = state.links?.find(
        ({ kind, name, isUp }) => isUp && (kind === 'vxlan' || /^(flannel\.\d+|vxlan\.calico)$/.test(name)),
      );
      // The mark stays on the packet that carries the first one. It would be cleared before the rule, so that a dump that is cut tells as much.
      const marked = masqueradeRules(state.tables).find(
        ({ table, chain }) =>
          table.family === 'ip' && !chain.some(({ parts }) => parts.some(({ kind }) => kind === 'set-mark')),
      );
      const kernel = kernelOf(findNode(world, node));
      if (tunnel === undefined || marked === undefined || (kernel !== undefined && isFixed(kernel))) continue;
      yield {
        severity: 'warning',
        subject: `Node ${node}`,
        node,
        share: [0, 0],
        summary: `kube-proxy on ${node} does not clear the mark of what it masquerades, so that packets which ${tunnel.name} carries are masqueraded twice${kernel === undefined ? '' : ` on Linux ${kernel.join('.')}`}: their checksum may be wrong, and connections of the node itself to pods elsewhere take 1 to 63 s or fail`,
        evidence: [
          { source: marked.table.source, location: `line ${marked.rule.line}`, text: marked.rule.text },
          { source: `nodes/${node}`, text: `${tunnel.name} is a VXLAN interface` },
        ],
        remedy: {
          text: 'run kube-proxy 1.16.13, 1.17.9, 1.18.6 or later, or a kernel with the fix (4.14.181, 4.19.123, 5.4.41, 5.7); until then switch the checksum offload of the tunnel off',
          commands: [`ethtool -K ${tunnel.name} tx-checksum-ip-generic off   # on ${node}`],
        },
      };
    }
  },
});

/** A branch that got the fix has it from that release on; all after the last have it. */
function isFixed(kernel: KernelVersion): boolean {
  return FIXED.some(
    ([major, minor, patch], index) =>
      !isBefore(kernel, [major, minor, patch]) &&
      (index === FIXED.length - 1 || (kernel[0] === major && kernel[1] === minor)),
  );
}
