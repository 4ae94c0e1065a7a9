import type { Node } from '../../world/kubernetes/objects.ts';
import { type Check, defineCheck } from '../check.ts';

/** Annotations in which network plugins say by which address other nodes reach this one, in CIDR notation or without. */
const ANNOUNCED: readonly (readonly [plugin: string, annotation: string, option: string])[] = [
  ['flannel', 'flannel.alpha.coreos.com/public-ip', '--iface'],
  ['Calico', 'projectcalico.org/IPv4Address', 'IP_AUTODETECTION_METHOD'],
];

/** Two nodes go by one address: what is meant for one reaches the other, or itself. */
export const addressesApart: Check = defineCheck({
  id: 'node/addresses-apart',
  asserts: 'no two nodes go by one address',
  faults: ['O07', 'N09'],
  needs: ['nodes'],
  isClusterWide: true,
  *run({ world }) {
    for (const [address, [first, ...more]] of byAddress(world.nodes, internalAddress)) {
      yield {
        severity: 'warning',
        subject: `Node ${first.metadata.name}`,
        node: first.metadata.name,
        faults: ['O07'],
        summary: `${namesOf([first, ...more])} all have the address ${address} by their Node objects`,
        evidence: [first, ...more].map((node) => ({
          ...world.locate(node, 'status.addresses'),
          text: `InternalIP ${address}`,
        })),
        remedy: {
          text: 'give each machine an address of its own (kubelet --node-ip), and remove Node objects of machines that are gone',
          commands: ['kubectl get nodes -o wide'],
        },
      };
    }
    for (const [plugin, annotation, option] of ANNOUNCED) {
      const announced = byAddress(
        world.nodes,
        ({ metadata }) => metadata.annotations?.[annotation]?.split('/', 1)[0],
      );
      for (const [address, [first, ...more]] of announced) {
        yield {
          severity: 'error',
          subject: `Node ${first.metadata.name}`,
          node: first.metadata.name,
          faults: ['N09'],
          summary: `${plugin} took the same address ${address} on ${namesOf([first, ...more])}: packets between pods of these nodes go nowhere`,
          evidence: [first, ...more].map((node) => ({
            ...world.locate(node, 'metadata.annotations'),
            text: `${annotation}: ${address}`,
          })),
          share: [0, 1],
          remedy: {
            text: `let ${plugin} use the interface that the nodes reach each other by (${option}), and restart it on all nodes`,
            commands: [`kubectl get nodes -o yaml | grep ${annotation}`],
          },
        };
      }
    }
  },
});

function internalAddress({ status }: Node): string | undefined {
  return status.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}

/** Addresses that more than one node has, with those nodes. */
function byAddress(
  nodes: readonly Node[],
  addressOf: (node: Node) => string | undefined,
): [address: string, nodes: readonly [Node, ...Node[]]][] {
  const found = new Map<string, [Node, ...Node[]]>();
  for (const node of nodes) {
    const address = addressOf(node);
    if (address === undefined || address === '') continue;
    const others = found.get(address);
    if (others === undefined) found.set(address, [node]);
    else others.push(node);
  }
  return [...found].filter(([, { length }]) => length > 1);
}

function namesOf(nodes: readonly Node[]): string {
  const names = nodes.map(({ metadata }) => metadata.name);
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
