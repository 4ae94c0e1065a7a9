import type { Pod } from './kubernetes/objects.ts';
import type { World } from './world.ts';

/** A program that enforces NetworkPolicies. */
export interface PolicyEngine {
  readonly name: string;
  /** Whether its rules are among those that are walked; others work in eBPF or in a switch of their own. */
  readonly isWalked: boolean;
}

/**
 * Engines by the namespace, container and image of their agents: `kube-system/calico-node docker.io/calico/node:v3.29.1`. Registries of one's own give images other names, and
 * OpenShift none but a digest. *Source:* the manifests of each; openshift/cluster-network-operator bindata/network.
 */
const ENGINES: readonly (readonly [agent: RegExp, engine: PolicyEngine])[] = [
  [/\/cilium-agent |cilium\/cilium\b|[/-]cilium(-\w+)?[:@]/, { name: 'Cilium', isWalked: false }],
  [/\/aws-eks-nodeagent |network-policy-agent/, { name: 'the AWS network policy agent', isWalked: false }],
  [/antrea-agent|antrea\/antrea/, { name: 'Antrea', isWalked: false }],
  [/kube-?ovn/, { name: 'Kube-OVN', isWalked: false }],
  [/\/ovnkube-(node|controller) |ovn-?k(ubernetes|ube)/, { name: 'OVN-Kubernetes', isWalked: false }],
  [/^openshift-sdn\/sdn /, { name: 'OpenShift SDN', isWalked: false }],
  [/kindnetd|kube-network-policies/, { name: 'kindnet', isWalked: false }],
  [/calico-node\b|calico\/node/, { name: 'Calico', isWalked: true }],
  [/kube-router/, { name: 'kube-router', isWalked: true }],
  [/weave-npc/, { name: 'Weave Net', isWalked: true }],
  [/azure-npm/, { name: 'Azure NPM', isWalked: true }],
  [/canal/, { name: 'Canal', isWalked: true }],
];

const known = new WeakMap<readonly Pod[], { readonly engine: PolicyEngine | undefined }>();

/** The policy engine whose agents run in the cluster; undefined where none was seen, which proves nothing. */
export function findPolicyEngine({ pods }: World): PolicyEngine | undefined {
  let found = known.get(pods);
  if (found === undefined) {
    const agents = new Set(
      pods
        .filter(({ spec }) => spec.hostNetwork)
        .flatMap(({ metadata, spec }) =>
          spec.containers.map(({ name, image = '' }) => `${metadata.namespace}/${name} ${image}`),
        ),
    );
    const engine = ENGINES.find(([pattern]) => [...agents].some((agent) => pattern.test(agent)))?.[1];
    known.set(pods, (found = { engine }));
  }
  return found.engine;
}
