import { ciliumReplaces } from '../../world/cilium-replaces.ts';
import { isKubeProxyPod } from '../../model/kube-proxy-pod.ts';
import { type Check, defineCheck } from '../check.ts';

/** Other programs that serve Services, by the label of their pods, and how to tell that they do. */
const OTHERS: readonly (readonly [label: string, value: string, name: string])[] = [
  ['k8s-app', 'cilium', 'Cilium'],
  ['k8s-app', 'kube-router', 'kube-router'],
];

/** kube-proxy and another program that replaces it run side by side. */
export const onlyProxy: Check = defineCheck({
  id: 'kube-proxy/only-proxy',
  asserts: 'one program serves Services',
  faults: ['K10'],
  needs: ['pods'],
  isClusterWide: true,
  *run({ world }) {
    const proxies = world.pods.filter(isKubeProxyPod);
    if (proxies.length === 0) return;
    for (const [label, value, name] of OTHERS) {
      const other = world.pods.find(({ metadata }) => metadata.labels?.[label] === value);
      if (!other) continue;
      const replaces =
        name === 'Cilium'
          ? ciliumReplaces(world) === true
          : other.spec.containers.some(({ args = [] }) => args.includes('--run-service-proxy=true'));
      if (!replaces) continue;
      yield {
        severity: 'warning',
        subject: 'kube-proxy',
        summary: `kube-proxy and ${name}, which is set to replace it, both run: two programs translate the same packets`,
        evidence: [
          { ...world.locate(other), text: `pod ${other.metadata.namespace}/${other.metadata.name}` },
          ...proxies.slice(0, 1).map((pod) => ({
            ...world.locate(pod),
            text: `pod ${pod.metadata.namespace}/${pod.metadata.name}`,
          })),
        ],
        remedy: {
          text: 'keep one: delete kube-proxy’s DaemonSet and clean up its rules, or turn the replacement off',
          commands: ['kubectl -n kube-system get daemonsets'],
        },
      };
    }
  },
});
