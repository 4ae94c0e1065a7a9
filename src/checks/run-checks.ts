import { checks as allChecks } from './all-checks.ts';
import { perWorld } from '../world/per-world.ts';
import type { Gap } from '../model/evidence.ts';
import { proxyReplacementOf } from '../verify/proxy-replacement.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import type { Check, CheckInput, CheckResult, Need, Problem } from './check.ts';
import { hasPort } from './has-port.ts';
import { missingEvidence } from './missing-evidence.ts';

/**
 * What each check says of the subject, in the order of the list. A check whose evidence is missing is not run and is
 * *unknown* with the gaps; one about a Service that is not there, or about packets to a Service without an address of its
 * own, does not apply.
 */
export function runChecks(input: CheckInput, checks: readonly Check[] = allChecks): CheckResult[] {
  const known = new Map<Need, Gap | undefined>();
  const gapOf = (need: Need): Gap | undefined => {
    if (!known.has(need)) known.set(need, missingEvidence(need, input));
    return known.get(need);
  };
  return checks.map((check): CheckResult => {
    if (!appliesTo(check, input)) return { check, status: 'not-applicable' };
    const missing = check.needs.filter((need) => gapOf(need) !== undefined);
    if (missing.length > 0)
      return { check, status: 'unknown', missing, gaps: missing.flatMap((need) => gapOf(need) ?? []) };
    const problems = check.isClusterWide ? problemsOfCluster(check, input) : [...check.run(input)];
    return problems.length === 0 ? { check, status: 'pass' } : { check, status: 'problem', problems };
  });
}

const ofCluster = perWorld(() => new Map<Check, readonly Problem[]>());

/** What a check says of the cluster, asked once. */
function problemsOfCluster(check: Check, input: CheckInput): readonly Problem[] {
  const known = ofCluster(input.world);
  let problems = known.get(check);
  if (problems === undefined) known.set(check, (problems = [...check.run(input)]));
  return problems;
}

function appliesTo({ needs }: Check, { subject, world }: CheckInput): boolean {
  if (needs.includes('kubeProxies') && isReplacedEverywhere(world)) return false;
  const { service } = subject;
  if (service === undefined) {
    // Whether the Service is not there or was not read: only the second is a gap.
    const isAbsent = world.coverage.has('services');
    return !(isAbsent && (needs.includes('service') || needs.includes('verifications')));
  }
  if (needs.includes('probesFromHere') && !isForOutside(service.spec)) return false;
  // Nothing is sent to a port that the Service does not have.
  const isDialled = subject.port === undefined || hasPort(service.spec, subject.port);
  return !needs.includes('verifications') || (hasAddress(service.spec) && isDialled);
}

/** Whether another program serves Services on every node, so that there is no kube-proxy to speak of. */
const isReplacedEverywhere = perWorld((world: World): boolean => {
  const names = [...world.nodeStates.keys()];
  return names.length > 0 && names.every((name) => proxyReplacementOf(world, name, 'ip') !== undefined);
});

/** Whether clients outside are promised anything. */
function isForOutside({ type, externalIPs = [] }: Service['spec']): boolean {
  return type === 'NodePort' || type === 'LoadBalancer' || externalIPs.length > 0;
}

function hasAddress({ type, clusterIP }: { readonly type?: string; readonly clusterIP?: string }): boolean {
  return type !== 'ExternalName' && clusterIP !== 'None';
}
