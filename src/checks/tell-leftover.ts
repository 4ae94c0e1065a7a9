import { isLeftover } from '../kubeproxy/is-leftover.ts';
import type { DiscrepancyGroup } from '../verify/group-discrepancies.ts';
import { withoutProxyTables } from '../world/repair/node-state.ts';
import type { World } from '../world/world.ts';
import type { Told } from './discrepancy-check.ts';

/** What to say where rules of a mode that does not run decide; undefined where they do not. */
export function tellLeftover(group: DiscrepancyGroup, world: World): Told | undefined {
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
