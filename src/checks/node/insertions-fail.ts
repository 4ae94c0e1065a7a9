import { masqueradeRules } from '../../kubeproxy/masquerade-rules.ts';
import { findNode } from '../../intent/nodes-of.ts';
import { type KernelVersion, isBefore, kernelOf } from '../../world/kernel-of.ts';
import { type Check, defineCheck } from '../check.ts';

/** From here on two lookups of one socket that meet are both kept. *Source:* linux 6a757c07e51f, "netfilter: conntrack: allow insertion of clashing entries". */
const KEEPS_BOTH: KernelVersion = [5, 6, 0];

/** Connections were dropped because another took their place in the table at the same moment, and something of the node makes that likely. */
export const insertionsFail: Check = defineCheck({
  id: 'node/insertions-fail',
  asserts: 'no packets were dropped because two connections met in the table',
  faults: ['C02', 'D12'],
  needs: ['counters'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, state] of world.nodeStates) {
      const failed = state.counters?.get('conntrack.insert_failed') ?? 0;
      if (failed === 0) continue;
      const plain = masqueradeRules(state.tables).find(({ rule }) => !/random/.test(rule.text));
      const kernel = kernelOf(findNode(world, node));
      const isOld = kernel !== undefined && isBefore(kernel, KEEPS_BOTH);
      if (plain === undefined && !isOld) continue;
      yield {
        severity: 'info',
        subject: `Node ${node}`,
        node,
        share: [0, 0],
        faults: plain === undefined ? ['D12'] : isOld ? ['C02', 'D12'] : ['C02'],
        summary: `${node} dropped ${failed} packets since it started because two connections met in its connection table: ${[
          ...(plain === undefined
            ? []
            : ['kube-proxy masquerades without random ports (clients wait 1 or 3 s)']),
          ...(isOld
            ? [
                `Linux ${kernel.join('.')} drops one of two lookups that a resolver sends at once (clients wait 5 s)`,
              ]
            : []),
        ].join('; ')}`,
        evidence: [
          { source: `nodes/${node}`, text: `conntrack -S: insert_failed=${failed}` },
          ...(plain === undefined
            ? []
            : [{ source: plain.table.source, location: `line ${plain.rule.line}`, text: plain.rule.text }]),
        ],
        remedy: {
          text:
            plain === undefined
              ? 'see whether the counter rises while lookups are late; NodeLocal DNS, single-request-reopen or a newer kernel help'
              : 'see whether the counter rises while connections are late; iptables 1.6.2 or later lets kube-proxy use --random-fully',
          commands: [`conntrack -S   # on ${node}, twice`],
        },
      };
    }
  },
});
