import { type Check, defineCheck } from '../check.ts';

/** kube-proxy runs in another mode on one node than on another. */
export const modeDiffers: Check = defineCheck({
  id: 'kube-proxy/mode-differs',
  asserts: 'every kube-proxy runs in the same mode',
  faults: ['K08'],
  needs: ['kubeProxies'],
  isClusterWide: true,
  *run({ world }) {
    const modes = new Map<string, string[]>();
    for (const [node, { reportedMode }] of world.kubeProxies) {
      if (reportedMode !== undefined) modes.set(reportedMode, [...(modes.get(reportedMode) ?? []), node]);
    }
    if (modes.size < 2) return;
    const list = [...modes].map(([mode, nodes]) => `${mode} on ${nodes.join(', ')}`);
    yield {
      severity: 'warning',
      subject: 'kube-proxy',
      summary: `kube-proxy runs in different modes: ${list.join('; ')}`,
      evidence: list.map((text) => ({ source: '/proxyMode', text })),
      remedy: {
        text: 'give all nodes the same configuration, and clean up what the former mode left',
        commands: ['kubectl -n kube-system get configmap kube-proxy -o yaml'],
      },
    };
  },
});
