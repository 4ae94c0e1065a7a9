import { RIVALS } from '../../dataplane/walk/nat-rivals.ts';
import { findProxyTables } from '../../kubeproxy/proxy-tables.ts';
import { perWorld } from '../../world/per-world.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import { type Check, defineCheck } from '../check.ts';

/** kube-proxy's rules stand in both iptables flavours: the kernel walks both, and only one is kept up to date. */
export const iptablesFlavoursMixed: Check = defineCheck({
  id: 'node/iptables-flavours-mixed',
  asserts: 'kube-proxy’s rules stand in one iptables flavour only',
  faults: ['R03', 'K09'],
  needs: ['rules'],
  *run({ world, verifications }) {
    for (const { node, family, tables } of mixedTables(world))
      yield {
        severity: 'warning',
        subject: `Node ${node}`,
        node,
        // Two that translate alike do no harm; where they differ, the one that the kernel asks first decides.
        ...(differ(verifications, node) ? { share: [0, 1] as const } : {}),
        summary: `${node} has KUBE-SERVICES rules in the legacy and in the nft flavour of ${family === 'ip' ? 'iptables' : 'ip6tables'}; one of them is a leftover that still acts`,
        evidence: tables.map(({ source, origin, name }) => ({
          source,
          text: `table ${name} (${origin}) holds KUBE-SERVICES`,
        })),
        remedy: {
          text: 'remove the rules of the flavour that the running kube-proxy does not write',
          commands: ['kube-proxy --cleanup   # with that flavour’s iptables, then restart kube-proxy'],
        },
      };
  },
});

/** The tables that hold kube-proxy's rules, of each node and family where both flavours do; every Service of an audit asks. */
const mixedTables = perWorld(({ nodeStates }) =>
  [...nodeStates].flatMap(([node, { tables }]) =>
    (['ip', 'ip6'] as const).flatMap((family) =>
      findProxyTables(tables, family).flavours.length < 2
        ? []
        : [
            {
              node,
              family,
              tables: tables.filter((table) => table.family === family && table.chains.has('KUBE-SERVICES')),
            },
          ],
    ),
  ),
);

/** Whether what the two flavours make of packets to the Service on `node` differs. */
function differ(verifications: readonly Verification[], node: string): boolean {
  return verifications.some(({ trace }) =>
    trace.outcomes.some(({ unknowns }) =>
      unknowns.some(({ text, rule }) => rule?.node === node && text.startsWith(RIVALS)),
    ),
  );
}
