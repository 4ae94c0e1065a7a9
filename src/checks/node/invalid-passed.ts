import { CT_STATE, type Part } from '../../dataplane/ruleset/rule-parts.ts';
import type { Table } from '../../dataplane/ruleset/ruleset.ts';
import { rulesOf } from '../../dataplane/ruleset/rules-of.ts';
import { findProxyTables } from '../../kubeproxy/proxy-tables.ts';
import { type Check, defineCheck } from '../check.ts';

const LIBERAL = 'net.netfilter.nf_conntrack_tcp_be_liberal';

/** A node passes packets on that belong to no connection: untranslated, which ends the client's. */
export const invalidPassed: Check = defineCheck({
  id: 'node/invalid-passed',
  asserts: 'kube-proxy in iptables mode drops packets that belong to no connection',
  faults: ['C04'],
  needs: ['sysctls'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, { tables, sysctls, ipvs = [] }] of world.nodeStates) {
      if (sysctls?.get(LIBERAL) !== '0' || ipvs.length > 0 || !translates(tables)) continue;
      const forward = tables.filter(
        ({ family, name, chains }) => family === 'ip' && name === 'filter' && chains.has('KUBE-FORWARD'),
      );
      const [table] = forward;
      const drops = tables.some(
        ({ chains, family, name }) =>
          name !== 'nat' &&
          (family === 'ip' || family === 'inet') &&
          [...chains.values()].some((chain) => [...rulesOf(chain)].some(({ parts }) => dropsInvalid(parts))),
      );
      if (table === undefined || !table.complete || drops) continue;
      yield {
        severity: 'warning',
        subject: `Node ${node}`,
        node,
        share: [0, 0],
        summary: `${node} passes packets on that its connection table calls invalid: an answer that comes out of its window leaves untranslated, and the client ends the connection with a reset, mostly in large transfers`,
        evidence: [
          { source: table.source, text: 'no rule drops --ctstate INVALID, in KUBE-FORWARD or elsewhere' },
          { source: `nodes/${node}`, text: `${LIBERAL} = 0` },
        ],
        remedy: {
          text: 'run kube-proxy 1.15 or later, which drops such packets, or let the connection table be liberal',
          commands: [`sysctl -w ${LIBERAL}=1   # on ${node}`],
        },
      };
    }
  },
});

/** Whether kube-proxy translates by iptables there: in IPVS mode it has the same chains, but none for each Service. */
function translates(tables: readonly Table[]): boolean {
  const hasServices = tables.some(
    ({ family, name, chains }) =>
      family === 'ip' && name === 'nat' && [...chains.keys()].some((chain) => chain.startsWith('KUBE-SVC-')),
  );
  return hasServices && findProxyTables(tables, 'ip').live.includes('iptables');
}

function dropsInvalid(parts: readonly Part[]): boolean {
  return parts.some(({ kind }) => kind === 'drop') && parts.some(asksForInvalid);
}

function asksForInvalid(part: Part): boolean {
  if (part.kind === 'any') return part.of.some(asksForInvalid);
  if ((part.kind !== 'bits' && part.kind !== 'compare') || part.left.kind !== 'field') return false;
  if (part.left.field !== 'ctstate' || part.not) return false;
  if (part.kind === 'bits') return (part.bits & CT_STATE.INVALID) !== 0;
  return (
    'ranges' in part.values &&
    part.values.ranges.some(({ low, high }) => low === high && low === CT_STATE.INVALID)
  );
}
