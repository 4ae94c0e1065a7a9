import type { PolicyDirection, PolicyPeer, PolicyPort } from '../policy/policy.ts';
import type { NetworkPolicy, Pod } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import type { RefusedClients } from './refused-clients.ts';

/** Labels that controllers give, different in each pod, zone or release. */
const GENERATED =
  /^(pod-template-hash|controller-revision-hash|pod-template-generation|statefulset\.kubernetes\.io\/.*|apps\.kubernetes\.io\/.*|batch\.kubernetes\.io\/.*|controller-uid|job-name|topology\.kubernetes\.io\/.*)$/;

/** A rule that a policy lacks, by direction. */
export interface AdmittingRule {
  readonly policy: NetworkPolicy;
  readonly direction: PolicyDirection;
  readonly peer: PolicyPeer;
  readonly ports: readonly PolicyPort[];
}

/** The rule that would let the refused clients through, in the first policy that refuses them. Undefined: the other end is no pod. */
export function admittingRule(
  world: World,
  { refusal, clients, server, endpoint, protocol }: RefusedClients,
): AdmittingRule | undefined {
  const [first] = refusal.policies;
  const policy = world.networkPolicies.find(
    ({ metadata }) =>
      metadata.name === first?.metadata.name && metadata.namespace === first.metadata.namespace,
  );
  const other = refusal.direction === 'ingress' ? clients[0] : server;
  if (policy === undefined || other === undefined) return undefined;
  const protocols = endpoint.port === 53 ? ['UDP', 'TCP'] : [protocol];
  return {
    policy,
    direction: refusal.direction,
    peer: peerFor(other, policy),
    ports: protocols.map((each) => ({ protocol: each, port: endpoint.port })),
  };
}

/** `world` with the rule added to its policy. */
export function withAdmittingRule(world: World, rule: AdmittingRule): World {
  const { policy, direction } = rule;
  const changed: NetworkPolicy = {
    ...policy,
    spec: { ...policy.spec, [direction]: [...(policy.spec[direction] ?? []), bodyOf(rule)] },
  };
  return {
    ...world,
    networkPolicies: world.networkPolicies.map((each) => (each === policy ? changed : each)),
  };
}

/** The command that adds the rule. */
export function admittingCommand(rule: AdmittingRule): string {
  const { policy, direction } = rule;
  const hasRules = (policy.spec[direction] ?? []).length > 0;
  const patch = [
    hasRules
      ? { op: 'add', path: `/spec/${direction}/-`, value: bodyOf(rule) }
      : { op: 'add', path: `/spec/${direction}`, value: [bodyOf(rule)] },
  ];
  const { namespace, name } = policy.metadata;
  return `kubectl -n ${namespace} patch networkpolicy ${name} --type=json -p '${JSON.stringify(patch)}'`;
}

function bodyOf({ direction, peer, ports }: AdmittingRule): object {
  return { [direction === 'ingress' ? 'from' : 'to']: [peer], ports };
}

/** The pods like `pod`, by the labels that its kind keeps. */
function peerFor({ metadata: { labels = {}, namespace } }: Pod, policy: NetworkPolicy): PolicyPeer {
  const kept = Object.entries(labels).filter(([key]) => !GENERATED.test(key));
  return {
    ...(namespace === policy.metadata.namespace
      ? {}
      : { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }),
    podSelector: { matchLabels: Object.fromEntries(kept) },
  };
}
