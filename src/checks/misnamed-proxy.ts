import type { Evidence } from '../model/evidence.ts';
import type { Remedy } from '../model/finding.ts';
import { listNodes } from '../verify/describe-clients.ts';
import type { World } from '../world/world.ts';
import { proxiesFollow } from './follow-objects.ts';

/** A kube-proxy that calls itself by a name that is not its Node's: no endpoint is local to it. */
export interface MisnamedProxies {
  /** Such as `kube-proxy on node-a calls itself a.example, which no Node is called`. */
  readonly text: string;
  readonly evidence: readonly Evidence[];
  readonly remedy: Remedy;
  readonly repair: (before: World) => World;
}

/** Those of `nodes` whose kube-proxy is called otherwise; undefined where none is. */
export function misnamedProxies(world: World, nodes: readonly string[]): MisnamedProxies | undefined {
  const misnamed = nodes.filter((node) => isMisnamed(world, node));
  if (misnamed.length === 0) return undefined;
  const configs = misnamed.flatMap((node) => world.kubeProxies.get(node)?.config ?? []);
  return {
    text: `kube-proxy on ${listNodes(misnamed)} calls itself ${listNodes(configs.map(({ hostnameOverride }) => hostnameOverride))}, which no Node is called`,
    evidence: configs.slice(0, 3).map(({ source, hostnameOverride }) => ({
      source: source ?? 'kube-proxy’s configuration',
      text: `hostnameOverride: ${hostnameOverride}`,
    })),
    remedy: {
      text: 'give kube-proxy the Node’s name (hostnameOverride), or none',
      commands: ['kubectl -n kube-system get configmap kube-proxy -o yaml'],
    },
    repair: (before) => {
      const kubeProxies = new Map(before.kubeProxies);
      for (const node of misnamed) {
        const proxy = kubeProxies.get(node);
        if (proxy) kubeProxies.set(node, { ...proxy, config: { ...proxy.config, hostnameOverride: node } });
      }
      return proxiesFollow({ ...before, kubeProxies });
    },
  };
}

function isMisnamed(world: World, node: string): boolean {
  const name = world.kubeProxies.get(node)?.config.hostnameOverride.toLowerCase() ?? '';
  return name !== '' && name !== node;
}
