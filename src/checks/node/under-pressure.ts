import { proxyPodOn } from '../../kubeproxy/explain-proxy.ts';
import { lastKill } from '../../world/last-kill.ts';
import { type Check, defineCheck } from '../check.ts';
import { killEvidence, restartsText } from '../memory-kill.ts';

/** Conditions in which kubelet evicts pods. *Source:* kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction. */
const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** A node is short of something, or killed its kube-proxy for it: what runs there may fail for a time. */
export const underPressure: Check = defineCheck({
  id: 'node/under-pressure',
  asserts: 'no node is short of memory, disk or processes, or killed its kube-proxy for memory',
  faults: ['O05'],
  needs: ['nodes'],
  isClusterWide: true,
  *run({ world }) {
    for (const node of world.nodes) {
      const { name } = node.metadata;
      const short = (node.status.conditions ?? []).filter(
        ({ type, status }) => PRESSURES.includes(type) && status === 'True',
      );
      if (short.length > 0)
        yield {
          severity: 'warning',
          subject: `Node ${name}`,
          node: name,
          share: [0, 0],
          summary: `${name} reports ${short.map(({ type }) => type).join(' and ')}: kubelet evicts pods there, and what runs is slow`,
          evidence: short.map((condition) => ({
            ...world.locate(node, 'status.conditions'),
            text: `${condition.type}: ${condition.message ?? condition.reason ?? 'True'}${condition.lastTransitionTime === undefined ? '' : ` since ${condition.lastTransitionTime}`}`,
          })),
          remedy: {
            text: 'free what is short, or move pods to other nodes',
            commands: [`kubectl describe node ${name}`],
          },
        };
      const proxy = proxyPodOn(world, name);
      const kill = proxy && lastKill(proxy, world.now);
      if (proxy && kill)
        yield {
          severity: kill.isLongAgo ? 'info' : 'warning',
          subject: `Node ${name}`,
          node: name,
          share: [0, 0],
          summary: `kube-proxy on ${name} was killed for want of memory (${restartsText(kill)}): meanwhile the node's rules stay as they were`,
          evidence: [killEvidence(world, proxy, kill)],
          remedy: {
            text: 'raise the memory limit of kube-proxy, or leave it without one',
            commands: [`kubectl -n ${proxy.metadata.namespace} get pod ${proxy.metadata.name} -o yaml`],
          },
        };
    }
  },
});
