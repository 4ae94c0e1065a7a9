import { isLocalDevice } from '../../intent/local-traffic.ts';
import { podsOnNode } from '../../intent/pods-on-node.ts';
import { familyOf, parseIp } from '../../model/address.ts';
import { type Cidr, cidrContains, formatCidr, parseCidr } from '../../model/cidr.ts';
import { deviceTo } from '../../world/device-to.ts';
import { isKubeProxyPod } from '../../model/kube-proxy-pod.ts';
import type { KubeProxyConfig } from '../../world/kube-proxy-state.ts';
import type { Node } from '../../world/kubernetes/objects.ts';
import { findSharedConfig } from '../../world/proxy/read-config.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';

/** kube-proxy takes pods for strangers, or strangers for pods: what it tells them by does not fit a node's pods. */
export const clusterCidr: Check = defineCheck({
  id: 'kube-proxy/cluster-cidr',
  asserts: 'what kube-proxy tells pods from others by holds the pods of every node',
  faults: ['R05', 'K13'],
  needs: ['nodes', 'kubeProxies'],
  isClusterWide: true,
  *run({ world }) {
    for (const node of world.nodes) {
      const config = world.kubeProxies.get(node.metadata.name)?.config;
      if (config?.source === undefined) continue;
      const problem =
        config.detectLocalMode === 'ClusterCIDR'
          ? rangeProblem(world, node, config, config.source)
          : interfaceProblem(world, node, config, config.source);
      if (problem !== undefined) yield problem;
    }
  },
});

function rangeProblem(
  world: World,
  node: Node,
  config: KubeProxyConfig,
  source: string,
): Problem | undefined {
  const { name } = node.metadata;
  const cidrs = config.clusterCidrs.flatMap((text) => parseCidr(text) ?? []);
  const outside = rangesOf(node).find((range) => {
    const own = cidrs.filter((cidr) => familyOf(cidr.first) === familyOf(range.first));
    return own.length > 0 && !own.some((cidr) => cidrContains(cidr, range.first));
  });
  if (!outside || hasItsPodsIn(world, name, cidrs)) return undefined;
  const taken = config.clusterCidrs.join(', ');
  const service = world.services.find(({ spec }) => {
    const address = parseIp(spec.clusterIP ?? '');
    return address !== undefined && cidrs.some((cidr) => cidrContains(cidr, address));
  });
  const andServices = service === undefined ? '' : `, and ClusterIPs are in ${taken}`;
  return {
    severity: 'warning',
    subject: 'kube-proxy',
    node: name,
    summary: `kube-proxy on ${name} takes ${taken} for pods, but the node’s pods are in ${formatCidr(outside)}${andServices}: their packets to Services are masqueraded without need${service === undefined ? '' : ', and those of the node may not be where they must'}`,
    evidence: [
      { source, text: `clusterCIDR: ${taken}` },
      { ...world.locate(node, 'spec.podCIDR'), text: `podCIDR: ${formatCidr(outside)}` },
    ],
    remedy: {
      text: 'set clusterCIDR to the range of all pods and restart kube-proxy',
      commands: [`kubectl -n kube-system edit configmap ${configMapOf(world)}`],
    },
    repair: (before) => withPodRange(before, name, formatCidr(outside)),
  };
}

function interfaceProblem(
  world: World,
  node: Node,
  config: KubeProxyConfig,
  source: string,
): Problem | undefined {
  const { name } = node.metadata;
  if (!/^(BridgeInterface|InterfaceNamePrefix)$/.test(config.detectLocalMode)) return undefined;
  const [text = ''] = podsOnNode(world, name).flatMap(({ status }) => status.podIP ?? []);
  const address = parseIp(text);
  const device = address === undefined ? undefined : deviceTo(world, name, address);
  if (device === undefined || isLocalDevice(config, device)) return undefined;
  const isBridge = config.detectLocalMode === 'BridgeInterface';
  const told = isBridge ? config.bridgeInterface : `${config.interfaceNamePrefix}…`;
  return {
    severity: 'warning',
    subject: 'kube-proxy',
    node: name,
    faults: ['K13', 'R05'],
    summary: `kube-proxy on ${name} takes for pods what arrives by ${told || 'no interface'}, but the node’s pods are behind ${device}: their packets to Services are masqueraded without need`,
    evidence: [
      { source, text: `detectLocalMode: ${config.detectLocalMode}, ${told || 'not set'}` },
      { source: `ip route of ${name}`, text: `${text} dev ${device}` },
    ],
    remedy: {
      text: `set ${isBridge ? 'detectLocal.bridgeInterface' : 'detectLocal.interfaceNamePrefix'} to what pods arrive by, or detectLocalMode to ClusterCIDR, and restart kube-proxy`,
      commands: [`kubectl -n kube-system edit configmap ${configMapOf(world)}`],
    },
  };
}

/** A CNI may give pods other addresses than the Node's range: what its pods have is what counts. */
function hasItsPodsIn(world: World, node: string, cidrs: readonly Cidr[]): boolean {
  const addresses = podsOnNode(world, node).flatMap(({ status }) => parseIp(status.podIP ?? '') ?? []);
  return (
    addresses.length > 0 && addresses.every((address) => cidrs.some((cidr) => cidrContains(cidr, address)))
  );
}

function rangesOf({ spec }: Node): Cidr[] {
  return [...new Set([spec.podCIDR ?? '', ...(spec.podCIDRs ?? [])])].flatMap(
    (text) => parseCidr(text) ?? [],
  );
}

/** kube-proxy of `node` told the node's pod range, and its rules as it would write them then. */
function withPodRange(world: World, node: string, cidr: string): World {
  const proxy = world.kubeProxies.get(node);
  if (proxy === undefined) return world;
  const config = { ...proxy.config, clusterCidrs: [cidr] };
  const kubeProxies = new Map(world.kubeProxies).set(node, { ...proxy, config });
  return rewriteProxyRules({ ...world, kubeProxies }, [node]);
}

/** The ConfigMap that kube-proxy is configured with, by name; kubeadm's where none is seen. */
function configMapOf({ configMaps, pods }: World): string {
  return findSharedConfig(configMaps, pods.find(isKubeProxyPod))?.configMap.metadata.name ?? 'kube-proxy';
}
