import type { RuleReference } from '../../dataplane/walk/trace.ts';
import { type Ip, formatIp } from '../../model/address.ts';
import type { DiscrepancyGroup } from '../../verify/group-discrepancies.ts';
import { ipCommand } from '../../verify/ip-command.ts';
import { podsAt } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck, type Told } from '../discrepancy-check.ts';

/** A node has no way to an endpoint, or a wrong one. */
export const routeMissing: Check = defineDiscrepancyCheck({
  id: 'node/route-missing',
  asserts: 'every node has a route to every endpoint',
  faults: ['N10', 'R19', 'O07', 'N11', 'N15', 'N09', 'N12', 'R07', 'N16', 'N18'],
  kinds: ['unreachable'],
  explains: ['node/reply-lost'],
  concerns: ({ at }) => at === undefined || at.family === 'route',
  tell: (group, { world }) => {
    if (!world.nodeStates.get(group.node)?.routes) return undefined;
    const targets = new Set(
      group.discrepancies.map(({ endpoint, expectation }) =>
        formatIp(endpoint?.address ?? expectation.frontend.address),
      ),
    );
    const isSilent = group.at.length > 0 && group.at.every(({ table }) => table === 'neighbours');
    if (isSilent) return silent(group.node, [...targets], world);
    const tables = new Set(group.at.map(({ table }) => table));
    if (tables.has('overlay') || tables.has('addresses')) return misdirected(group, tables.has('overlay'));
    const to = [...targets].slice(0, 4).join(', ');
    const commands = [...targets].slice(0, 2).map((target) => `ip route get ${target}   # on ${group.node}`);
    if (group.at.length > 0 && group.at.every(({ rule }) => rule.startsWith('martian')))
      return forged(group.node, to, world);
    if (group.discrepancies.every(({ endpoint }) => endpoint === undefined)) {
      return {
        faults: ['R19', 'N10'],
        summary: `${group.node} itself cannot reach ${to}: the kernel looks for a route before the packet is translated, and there is none`,
        remedy: {
          text: 'give the node a default route, or one for the range of Services, and remove what blackholes that range',
          commands,
        },
      };
    }
    const chosen = chosenBy(group, world);
    if (chosen !== undefined) return misruled(group, to, chosen);
    return {
      faults: ['N10', 'N11', 'O07', 'N18'],
      summary: `${group.node} has no working route to ${to}`,
      remedy: {
        text: 'let the CNI write the route again: restart its pod on the node; where it goes again, keep NetworkManager or systemd-networkd from the CNI’s interfaces',
        commands,
      },
    };
  },
});

const USUAL_TABLES = new Set(['main', 'local', 'default']);

/** The route that some of these packets take by a table which only a routing rule leads to. */
function chosenBy({ node, at }: DiscrepancyGroup, { nodeStates }: World): RuleReference | undefined {
  const tables = new Set(nodeStates.get(node)?.routes?.map(({ table }) => table));
  return at.find(({ table }) => tables.has(table) && !USUAL_TABLES.has(table));
}

/** A routing rule sends the packets to a table that leads elsewhere. */
function misruled(
  { node, discrepancies }: DiscrepancyGroup,
  to: string,
  { table, rule }: RuleReference,
): Told {
  const ip = ipCommand(discrepancies[0].expectation.frontend.address);
  return {
    faults: ['N16', 'N10', 'N18'],
    summary: `${node} has no working route to ${to}: a routing rule leads these packets to table ${table}, and from there by ${rule} elsewhere`,
    remedy: {
      text: 'let the CNI write its rules and tables again (restart its pod on the node), or remove the rule that is too wide',
      commands: [`${ip} rule show; ${ip} route show table ${table}   # on ${node}`],
    },
  };
}

/** A node is sent packets whose source is an address of its own: the source was not replaced, or two nodes have one address. */
function forged(node: string, to: string, world: World): Told {
  const twin = twinOf(world, node);
  return twin === undefined
    ? {
        faults: ['R07', 'C09', 'O07'],
        summary: `${node} takes packets to ${to} for forged: they come from outside with an address that it has itself`,
        remedy: {
          text: 'let the node that translates replace the source, or give the sender an address of its own',
          commands: [`ip addr show   # on ${node}`],
        },
      }
    : {
        faults: ['N12', 'O07'],
        summary: `${node} takes packets to ${to} for forged: ${twin.node} has ${twin.address} on ${twin.device} as well`,
        remedy: {
          text: 'give each node a range of its own (node.spec.podCIDR, the plugin’s configuration), and make the pods of one of them anew',
          commands: ['kubectl get nodes -o custom-columns=NAME:.metadata.name,RANGE:.spec.podCIDR'],
        },
      };
}

/** An address of `node` that another node has too, but for those that every node has: of loopback and of virtual servers. */
function twinOf(
  { nodeStates }: World,
  node: string,
): { readonly node: string; readonly address: string; readonly device: string } | undefined {
  const addressesOf = (name: string): (readonly [Ip, string])[] =>
    (nodeStates.get(name)?.links ?? [])
      .filter((link) => !link.isLoopback && link.name !== 'kube-ipvs0')
      .flatMap((link) =>
        link.addresses
          .filter(({ scope }) => scope === 'global')
          .map(({ address }) => [address, link.name] as const),
      );
  const own = new Set(addressesOf(node).map(([address]) => address));
  for (const other of nodeStates.keys()) {
    if (other === node) continue;
    const shared = addressesOf(other).find(([address]) => own.has(address));
    if (shared) return { node: other, address: formatIp(shared[0]), device: shared[1] };
  }
  return undefined;
}

/** The way to another node ends at an address that is not that node's. */
function misdirected({ node, at }: DiscrepancyGroup, isOverlay: boolean): Told {
  const [rule = '', ...more] = new Set(at.map((each) => each.rule));
  return {
    faults: isOverlay ? ['N09', 'N10'] : ['O07', 'N10'],
    summary: `${node} sends pods’ packets to an address that is not the other node’s: ${rule}${more.length === 0 ? '' : `, and ${more.length} more`}`,
    remedy: isOverlay
      ? {
          text: 'let the CNI use the interface that the nodes reach each other by (flannel: --iface; Calico: IP_AUTODETECTION_METHOD), and restart it on all nodes',
          commands: [`bridge fdb show | grep ' dst '   # on ${node}`],
        }
      : {
          text: 'register the node with the address that it has (kubelet --node-ip), or give it the old one back, and restart the CNI',
          commands: ['kubectl get nodes -o wide', `ip addr show   # on the node that the route leads to`],
        },
  };
}

/** The node asks its own link for a pod's address, and no pod answers. */
function silent(node: string, addresses: readonly string[], world: World): Told {
  const pods = addresses.flatMap((address) => podsAt(world, address));
  const [pod] = pods;
  const names = pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  return {
    faults: ['N15', 'E04'],
    summary: `${node} asks its link for ${addresses.join(', ')}, and ${names.length > 0 ? names.join(', ') : 'nobody'} does not answer: the pod’s interface or its address is gone`,
    remedy: {
      text: 'see whether the pod’s interface is there and up; a pod that is made anew gets a new one',
      commands:
        pod === undefined
          ? []
          : [
              `ip neigh show ${addresses[0] ?? ''}; bridge link   # on ${node}`,
              `kubectl -n ${pod.metadata.namespace} delete pod ${pod.metadata.name}`,
            ],
    },
  };
}
