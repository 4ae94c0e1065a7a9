import { describeClients } from '../../verify/describe-clients.ts';
import { isOfKubeProxy } from '../../verify/seen-outcome.ts';
import { showRuleCommand } from '../../verify/show-rule-command.ts';
import { withoutRules } from '../../world/repair/node-state.ts';
import type { World } from '../../world/world.ts';
import type { RuleReference } from '../../dataplane/walk/trace.ts';
import { UNTRACKS } from '../../verify/find-untracking.ts';
import type { DiscrepancyGroup } from '../../verify/group-discrepancies.ts';
import type { Check } from '../check.ts';
import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { type Told, defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { type MisnamedProxies, misnamedProxies } from '../misnamed-proxy.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';

/** A rule that ends a packet's way through its hook. */
const TAKES = /-j ACCEPT\b|(?<!policy )\baccept\b/;

/** The source is kept where it must be replaced, or replaced where it must be kept. */
export const masquerade: Check = defineDiscrepancyCheck({
  id: 'rules/masquerade',
  asserts: 'a node replaces the source of a packet where the reply needs it, and only there',
  faults: ['R07', 'R05', 'N02', 'R18', 'K13', 'C10', 'R02', 'K11'],
  kinds: ['masquerade-missing', 'masquerade-unwanted'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world }) => {
    const untracked = group.at.find(({ rule }) => UNTRACKS.test(rule));
    if (untracked !== undefined) return tellUntracked(group, untracked);
    const isMissing = group.discrepancies.some(({ kind }) => kind === 'masquerade-missing');
    const isUnhooked = isMissing && group.at.some(isFlushed);
    const isHairpin = group.discrepancies.every(({ expectation }) => expectation.vantage.pod !== undefined);
    const misnamed = isMissing && isHairpin ? misnamedWith(world, group.node) : undefined;
    if (misnamed !== undefined) {
      const { text, ...more } = misnamed;
      const summary = `${text}: it finds no endpoint of its own, and lets pods reach themselves with their own address (${group.frontends.join(', ')})`;
      return { faults: ['K11', 'N02', 'R18'], summary, ...more };
    }
    const config = world.kubeProxies.get(group.node)?.config;
    const nodeCidr = world.nodes.find(({ metadata }) => metadata.name === group.node)?.spec.podCIDR;
    const cidrs = config?.clusterCidrs.join(', ') ?? '';
    const what = isMissing
      ? 'keeps the client’s address where the reply needs it replaced'
      : 'replaces the client’s address, which should be kept';
    const clients = describeClients(group.discrepancies.map(({ expectation }) => expectation.vantage));
    const takers = isMissing ? group.at.filter((rule) => !isOfKubeProxy(rule) && TAKES.test(rule.rule)) : [];
    const [taker] = takers;
    const taken =
      taker === undefined
        ? ''
        : `: a rule in ${taker.table} ${taker.chain} (${group.owner === 'unknown' ? 'not kube-proxy’s' : group.owner}) accepts them before kube-proxy’s rules see them`;
    return {
      summary: `${group.node} ${what} for ${group.frontends.join(', ')} (${clients})${taken}`,
      faults: isUnhooked
        ? ['R02', 'R07', 'N02', 'R18']
        : isHairpin
          ? ['N02', 'R18', 'R07']
          : isMissing
            ? ['R07', 'R05', 'R18']
            : ['R05', 'K13'],
      ...(config?.source === undefined
        ? {}
        : {
            evidence: [
              {
                source: config.source,
                text: `clusterCIDR ${cidrs || 'is not set'}, pod range of ${group.node} ${nodeCidr ?? 'not known'}`,
              },
            ],
          }),
      remedy:
        taker === undefined
          ? explainProxy(world, group.node).remedy
          : {
              text: 'let kube-proxy’s jump to KUBE-POSTROUTING stand before the rule, or narrow the rule',
              commands: [showRuleCommand(taker)],
            },
      repair: (before) =>
        taker === undefined ? rewriteProxyRules(before, [group.node]) : withoutRules(before, takers),
    };
  },
});

/** The kube-proxies that are called otherwise than their Nodes, where that of `node` is one. */
function misnamedWith(world: World, node: string): MisnamedProxies | undefined {
  const others = world.nodes.map(({ metadata }) => metadata.name).filter((name) => name !== node);
  return misnamedProxies(world, [node]) && misnamedProxies(world, [node, ...others]);
}

/** Whether it says that a hook was flushed. One that lacks only its jump to the masquerade was edited. */
function isFlushed({ chain, rule }: RuleReference): boolean {
  const isBefore = chain === 'PREROUTING' || chain === 'OUTPUT';
  const isEmpty = rule === 'has no rule' && (isBefore || chain === 'POSTROUTING');
  return isEmpty || (isBefore && rule.includes('does not jump to'));
}

/** IPVS translates the destination without connection tracking, but nothing replaces the source of a packet that is exempt from it. */
function tellUntracked(group: DiscrepancyGroup, rule: RuleReference): Told {
  return {
    faults: ['C10', 'R07'],
    summary: `${group.node} exempts ${group.frontends.join(', ')} from connection tracking by a rule in ${rule.family} ${rule.table} ${rule.chain}, so the client’s address is kept where the reply needs it replaced`,
    remedy: {
      text: 'remove the rule, or narrow it so that it leaves the Service’s address alone',
      commands: [showRuleCommand(rule)],
    },
    repair: (before) => withoutRules(before, group.at),
  };
}
