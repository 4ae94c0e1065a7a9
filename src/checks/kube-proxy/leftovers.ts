import { findProxyTables } from '../../kubeproxy/proxy-tables.ts';
import { type Check, defineCheck } from '../check.ts';

/** Rules of a mode that kube-proxy does not run in are still reached by packets. */
export const leftovers: Check = defineCheck({
  id: 'kube-proxy/leftovers',
  asserts: 'a node holds the rules of one proxy mode only',
  faults: ['K09', 'K10'],
  needs: ['rules'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, { tables }] of world.nodeStates) {
      for (const family of ['ip', 'ip6'] as const) {
        const modes = [...new Set(findProxyTables(tables, family).live)];
        if (modes.length < 2) continue;
        const own = tables.filter(
          (table) =>
            table.family === family && (table.name === 'kube-proxy' || table.chains.has('KUBE-SERVICES')),
        );
        yield {
          severity: 'warning',
          subject: `Node ${node}`,
          node,
          summary: `${node} holds live rules of ${modes.join(' and ')} mode; those of the mode that does not run are leftovers and still act`,
          evidence: own.map(({ source, name, origin }) => ({ source, text: `table ${name} (${origin})` })),
          remedy: {
            text: 'remove the leftovers, or restart the node',
            commands: [`kube-proxy --cleanup   # on ${node}, then restart kube-proxy there`],
          },
        };
      }
    }
  },
});
