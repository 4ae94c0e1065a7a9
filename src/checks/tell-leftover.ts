import { findProxyTables } from '../kubeproxy/proxy-tables.ts';
import { isLeftover } from '../kubeproxy/is-leftover.ts';
import type { DiscrepancyGroup } from '../verify/group-discrepancies.ts';
import { withoutFlavour, withoutProxyTables } from '../world/repair/node-state.ts';
import type { World } from '../world/world.ts';
import type { Told } from './discrepancy-check.ts';

/** What to say where rules of a mode that does not run, or of a former iptables backend, decide; undefined where they do not. */
export function tellLeftover(group: DiscrepancyGroup, world: World): Told | undefined {
  return tellFormerMode(group, world) ?? tellFormerBackend(group, world);
}

/** kube-proxy writes one of two flavours; the rule at fault is of the other, if it works with that one gone. */
function tellFormerBackend(
  { node, at, frontends }: DiscrepancyGroup,
  { nodeStates }: World,
): Told | undefined {
  const [first] = at;
  const tables = nodeStates.get(node)?.tables ?? [];
  const family = first?.family === 'ip6' ? 'ip6' : 'ip';
  const { flavours } = findProxyTables(tables, family);
  const flavour = flavours.find((each) =>
    tables.some(({ origin, source }) => origin === each && source === first?.source),
  );
  if (flavours.length < 2 || flavour === undefined) return undefined;
  return {
    summary: `${node} has rules of kube-proxy in two flavours of iptables, and those of ${flavour}, which lead elsewhere, decide for ${frontends.join(', ')}`,
    faults: ['R03', 'K09'],
    remedy: {
      text: `remove the rules of ${flavour}, or restart the node; one backend of iptables for all`,
      commands: [`kube-proxy --cleanup   # on ${node}, with ${flavour}, then restart kube-proxy there`],
    },
    repair: (before) => withoutFlavour(before, node, flavour),
  };
}

function tellFormerMode(group: DiscrepancyGroup, world: World): Told | undefined {
  const proxy = world.kubeProxies.get(group.node);
  const rules = group.at.filter((rule) => isLeftover(proxy, rule));
  const { at } = group;
  if (!proxy || (rules.length === 0 && !(at.length === 0 && proxy.modesInKernel.length > 1)))
    return undefined;
  return {
    summary: `${group.node} runs kube-proxy in ${proxy.config.mode} mode, but rules that a former mode left decide for ${group.frontends.join(', ')}`,
    faults: ['K09', 'R10', 'K10'],
    remedy: {
      text: 'remove what the former mode left, or restart the node',
      commands: [`kube-proxy --cleanup   # on ${group.node}, then restart kube-proxy there`],
    },
    repair: (before) => withoutProxyTables(before, group.node, proxy.config.mode),
  };
}
