import type { NodeState } from '../node-state.ts';

/** Interfaces of programs that translate Services without netfilter: eBPF or Open vSwitch. */
const INTERFACES: readonly (readonly [interfaces: RegExp, program: string])[] = [
  [/^cilium_/, 'Cilium (eBPF)'],
  [/^bpf(in|out)\.cali$/, 'Calico (eBPF)'],
  [/^ovn-k8s-mp/, 'OVN-Kubernetes (Open vSwitch)'],
  [/^ovn0$/, 'Kube-OVN (Open vSwitch)'],
  [/^antrea-gw/, 'Antrea (Open vSwitch)'],
];

const known = new WeakMap<NodeState, string>();

/** The program on `node` that may translate Services where no netfilter rule and no virtual server does; undefined where none shows. */
export function otherDataplane(node: NodeState): string | undefined {
  let found = known.get(node);
  if (found === undefined) {
    found = INTERFACES.find(([pattern]) => node.links?.some(({ name }) => pattern.test(name)))?.[1] ?? 'none';
    known.set(node, found);
  }
  return found === 'none' ? undefined : found;
}
