import type { Pod } from './kubernetes/objects.ts';
import type { World } from './world.ts';

/** A program that enforces NetworkPolicies. */
export interface PolicyEngine {
  readonly name: string;
  /** Whether its rules are among those that are walked; others work in eBPF or in a switch of their own. */
  readonly isWalked: boolean;
}

/** Engines by the name of the image that their agents run. */
const ENGINES: readonly (readonly [image: RegExp, engine: PolicyEngine])[] = [
  [/cilium\/cilium\b|\/cilium(-\w+)?[:@]/, { name: 'Cilium', isWalked: false }],
  [/network-policy-agent/, { name: 'the AWS network policy agent', isWalked: false }],
  [/antrea-agent|antrea\/antrea/, { name: 'Antrea', isWalked: false }],
  [/ovn-?k(ubernetes|ube)/, { name: 'OVN-Kubernetes', isWalked: false }],
  [/kindnetd|kube-network-policies/, { name: 'kindnet', isWalked: false }],
  [/calico\/node|\/calico-node/, { name: 'Calico', isWalked: true }],
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
    const images = new Set(
      pods
        .filter(({ spec }) => spec.hostNetwork)
        .flatMap(({ spec }) => spec.containers.map(({ image = '' }) => image)),
    );
    const engine = ENGINES.find(([pattern]) => [...images].some((image) => pattern.test(image)))?.[1];
    known.set(pods, (found = { engine }));
  }
  return found.engine;
}
