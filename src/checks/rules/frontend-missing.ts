import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import type { RuleReference } from '../../dataplane/walk/trace.ts';
import { type ProxyTables, findProxyTables } from '../../kubeproxy/proxy-tables.ts';
import { familyOf } from '../../model/address.ts';
import type { DiscrepancyGroup } from '../../verify/group-discrepancies.ts';
import type { World } from '../../world/world.ts';
import type { Check } from '../check.ts';
import { type Told, defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';

/** A node does not translate a frontend that it should serve. */
export const frontendMissing: Check = defineDiscrepancyCheck({
  id: 'rules/frontend-missing',
  asserts: 'every node has a rule for every address and port of the Service',
  faults: ['R01', 'R02', 'K01', 'R11', 'K05', 'R17', 'R18', 'R09', 'R08'],
  kinds: ['frontend-missing'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world }) => tellMissing(group, world),
});

function tellMissing(group: DiscrepancyGroup, world: World): Told {
  const [first] = group.discrepancies;
  const family = familyOf(first.expectation.frontend.address) === 'IPv4' ? 'ip' : 'ip6';
  const found = findProxyTables(world.nodeStates.get(group.node)?.tables ?? [], family);
  const proxy = explainProxy(world, group.node);
  const isPart = group.discrepancies.every(({ share }) => share[1] < 1 - 1e-6);
  const why = isPart ? PART : whyMissing(found, first.at);
  const ofProxy = proxy.why ? proxy.faults : [];
  return {
    summary: `${group.node} has ${why.text} ${isPart ? 'to' : 'for'} ${group.frontends.join(', ')}${proxy.why ? `; ${proxy.why}` : ''}`,
    // A proxy that does not run wrote nothing; one that runs had its rules taken away.
    faults: [...new Set(why.isEmpty ? [...ofProxy, ...why.faults] : [...why.faults, ...ofProxy])],
    evidence: [
      ...proxy.evidence,
      ...why.evidence.map((text) => ({ source: sourceOf(world, group.node), text })),
    ],
    remedy: proxy.remedy,
    repair: (before) => rewriteProxyRules(before, [group.node]),
  };
}

interface Why {
  readonly text: string;
  readonly faults: readonly string[];
  readonly evidence: readonly string[];
  readonly isEmpty?: true;
}

/** Every endpoint has its share, and the shares leave a rest. */
const PART: Why = { text: 'no way for part of the connections', faults: ['R09', 'R08'], evidence: [] };

function whyMissing(found: ProxyTables, at: RuleReference | undefined): Why {
  if (at?.chain === 'kube-ipvs0')
    return {
      text: 'no address on kube-ipvs0',
      faults: ['R11', 'R01'],
      evidence: [],
    };
  const isEmpty = found.live.length === 0 && found.unhooked.length === 0;
  if (isEmpty) {
    return {
      text: 'none of kube-proxy’s rules, so nothing',
      faults: ['R02', 'K01', 'R01', 'R17'],
      evidence: [],
      isEmpty: true,
    };
  }
  if (found.missingJumps.length > 0 || found.live.length === 0) {
    return {
      text: `kube-proxy’s chains, but no hook leads to them (${found.missingJumps.join('; ') || 'no base chain jumps there'}), so nothing`,
      faults: ['R02', 'R01'],
      evidence: found.missingJumps.map((jump) => `missing: ${jump}`),
    };
  }
  if (at !== undefined && at.rule.startsWith('no member ')) {
    return {
      text: 'no member in the ipsets that kube-proxy’s rules ask',
      faults: ['R18', 'R01'],
      evidence: [],
    };
  }
  const isIpvs = found.live.includes('ipvs');
  return { text: 'no entry', faults: isIpvs ? ['R11', 'R01'] : ['R01', 'R02'], evidence: [] };
}

function sourceOf(world: World, node: string): string {
  return world.nodeStates.get(node)?.tables[0]?.source ?? node;
}
