import type { ApiObject } from '../../cluster/api.ts';
import type { Lab } from '../../cluster/lab.ts';

const enforcer = 'KUBE-NWPLCY-DEFAULT';

/** A NetworkPolicy in the shop. */
export function networkPolicy(name: string, spec: Readonly<Record<string, unknown>>): ApiObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'shop' },
    spec,
  };
}

/**
 * What a policy engine writes on a node: a chain of its own in front of FORWARD (and OUTPUT in IPVS mode), ending in a drop for the selected pods.
 * `rules` are bodies of `iptables -A CHAIN`; traffic of the node itself and replies are let through, as engines do.
 */
export async function enforcePolicy(lab: Lab, node: string, rules: readonly string[]): Promise<void> {
  // IPVS sends on what its own clients send without FORWARD.
  const hooks = lab.shape.mode === 'ipvs' ? ['FORWARD', 'OUTPUT'] : ['FORWARD'];
  const lines = [
    '*filter',
    `:${enforcer} - [0:0]`,
    `-A ${enforcer} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
    `-A ${enforcer} -m addrtype --src-type LOCAL -j RETURN`,
    ...rules.map((r) => `-A ${enforcer} ${r}`),
    ...hooks.map((hook) => `-I ${hook} 1 -m comment --comment "network policy engine" -j ${enforcer}`),
    'COMMIT',
    '',
  ];
  await lab.onNode(node, `${lab.layout.iptables}-restore -n`, lines.join('\n'));
}

/** Removes what `enforcePolicy` wrote, on every node. */
export async function stopEnforcing(lab: Lab): Promise<void> {
  const { iptables } = lab.layout;
  for (const node of lab.nodes) {
    await lab.tryOnNode(
      node.name,
      `for c in FORWARD OUTPUT; do ${iptables} -D $c -m comment --comment "network policy engine" -j ${enforcer}; done; ${iptables} -F ${enforcer}; ${iptables} -X ${enforcer}; true`,
    );
  }
}
