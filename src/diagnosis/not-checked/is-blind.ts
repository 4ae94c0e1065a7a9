import type { Need } from '../../checks/check.ts';
import { findPolicyEngine } from '../../world/find-policy-engine.ts';
import type { KubernetesObject } from '../../world/kubernetes/objects.ts';
import { targetServiceOf } from '../../world/target-service-of.ts';
import type { DiagnosisInput } from '../diagnosis-input.ts';

/** Evidence of the Service itself, without which nothing may be called healthy. */
const ESSENTIAL: readonly Need[] = ['service', 'endpointSlices', 'pods', 'rules', 'verifications'];

/**
 * Evidence that may hide, where it is missing, that packets of the Service fail. What tells who made something, counts what happened, or is of
 * programs beside (workloads, kube-proxy's own state, sockets) is not: rules and objects decide. Live answers only make a verdict stronger.
 */
const MAY_HIDE: ReadonlySet<Need> = new Set<Need>([
  ...ESSENTIAL,
  'services',
  'nodes',
  'nodeAddresses',
  'namespaces',
  'networkPolicies',
  'sysctls',
  'bridgePorts',
  'links',
  'conntrack',
  'coreDns',
  'resolvConfs',
]);

/** Whether something was not seen that would show a fault. */
export function isBlind(input: DiagnosisInput): boolean {
  const { results, verifications, subject } = input;
  const isWithoutWalk =
    subject.service !== undefined && hasVirtualIp(subject.service.spec) && verifications.length === 0;
  return (
    isWithoutWalk ||
    leadsOutside(input) ||
    isUnderUnseenPolicy(input) ||
    results.some(
      (result) =>
        result.status === 'unknown' &&
        result.check.needs.some((need) => ESSENTIAL.includes(need)) &&
        result.missing.some((need) => MAY_HIDE.has(need)),
    )
  );
}

/** Whether the Service is the name of something outside the cluster, of which nothing in the cluster says whether it is there. */
export function leadsOutside({ world, subject: { service } }: DiagnosisInput): boolean {
  return service?.spec.type === 'ExternalName' && targetServiceOf(world, service) === undefined;
}

function hasVirtualIp({ type, clusterIP }: { type?: string; clusterIP?: string }): boolean {
  return type !== 'ExternalName' && clusterIP !== undefined && clusterIP !== 'None' && clusterIP !== '';
}

/** A policy that is not interpreted may be about the Service, and what its engine makes of it is in no dump. */
function isUnderUnseenPolicy({ world, subject: { namespace } }: DiagnosisInput): boolean {
  const isNear = ({ metadata }: KubernetesObject): boolean =>
    metadata.namespace === '' || metadata.namespace === namespace;
  return findPolicyEngine(world)?.isWalked === false && (world.otherPolicies ?? []).some(isNear);
}
