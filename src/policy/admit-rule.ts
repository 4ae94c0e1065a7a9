import { type Cidr, cidrContains, parseCidr } from '../model/cidr.ts';
import { unmetConditions } from '../model/label-selector.ts';
import type {
  Policy,
  PolicyConnection,
  PolicyDirection,
  PolicyParty,
  PolicyPeer,
  PolicyPort,
} from './policy.ts';

/** The label that the API server gives every namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** One rule of a policy that does not admit a connection, and what would have to be otherwise. */
export interface RuleMiss {
  readonly policy: Policy;
  /** The rule's place among the policy's rules of its direction, from 0. */
  readonly index: number;
  /** The port is not right: what the rule admits (`TCP 80`). */
  readonly ports?: string;
  /** The peers are not right: what the one that comes nearest asks for and the other end lacks (`role=frontend`). */
  readonly peer?: readonly string[];
}

/** A rule with the policy it stands in. */
interface PolicyRule {
  readonly policy: Policy;
  readonly index: number;
  readonly peers?: readonly PolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

/** Whether one rule admits `connection`; what it lacks where it does not. */
export function admitRule(
  { policy, index, peers = [], ports = [] }: PolicyRule,
  connection: PolicyConnection,
  direction: PolicyDirection,
): true | 'unknown' | RuleMiss {
  const other = direction === 'ingress' ? connection.client : connection.server;
  const isPort = ports.length === 0 || ports.some((port) => admitsPort(port, connection));
  const answers = peers.map((peer) => admitPeer(peer, policy.metadata.namespace, other));
  const isPeer = peers.length === 0 || answers.includes(true);
  if (isPort && isPeer) return true;
  if (isPort && answers.includes('unknown')) return 'unknown';
  const unmet = answers.filter((answer) => typeof answer === 'object').sort((a, b) => a.length - b.length);
  return {
    policy,
    index,
    ...(isPort ? {} : { ports: ports.map(formatPort).join(', ') }),
    ...(isPeer ? {} : { peer: unmet[0] ?? [] }),
  };
}

function admitsPort({ protocol = 'TCP', port, endPort }: PolicyPort, connection: PolicyConnection): boolean {
  if (protocol !== connection.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === 'number') return connection.port >= port && connection.port <= (endPort ?? port);
  const named = connection.server.pod?.namedPorts.find(
    (each) => each.name === port && each.protocol === protocol,
  );
  return named?.port === connection.port;
}

/** A peer's answer; the conditions that are not met where it is no. */
function admitPeer(peer: PolicyPeer, namespace: string, other: PolicyParty): true | 'unknown' | string[] {
  if (peer.ipBlock) return isInBlock(peer.ipBlock, other) ? true : [`an address in ${peer.ipBlock.cidr}`];
  const { pod } = other;
  if (pod === undefined) return ['a pod'];
  const unmet = peer.podSelector ? unmetConditions(peer.podSelector, pod.labels) : [];
  if (peer.namespaceSelector === undefined) {
    if (pod.namespace !== namespace) unmet.push(`a pod of namespace ${namespace}`);
  } else {
    const isByName = Object.keys(peer.namespaceSelector.matchLabels ?? {}).every(
      (key) => key === NAMESPACE_NAME,
    );
    const isKnown =
      pod.namespaceLabels !== undefined || (isByName && !peer.namespaceSelector.matchExpressions);
    if (!isKnown) return unmet.length === 0 ? 'unknown' : unmet;
    const labels = { [NAMESPACE_NAME]: pod.namespace, ...pod.namespaceLabels };
    for (const each of unmetConditions(peer.namespaceSelector, labels)) unmet.push(`namespace ${each}`);
  }
  return unmet.length === 0 ? true : unmet;
}

function isInBlock(
  { cidr, except = [] }: NonNullable<PolicyPeer['ipBlock']>,
  { addresses }: PolicyParty,
): boolean {
  const block = parseCidr(cidr);
  const holes = except.map(parseCidr).filter((hole): hole is Cidr => hole !== undefined);
  return addresses.some(
    (address) =>
      block !== undefined &&
      cidrContains(block, address) &&
      !holes.some((hole) => cidrContains(hole, address)),
  );
}

function formatPort({ protocol = 'TCP', port, endPort }: PolicyPort): string {
  if (port === undefined) return `any ${protocol} port`;
  return `${protocol} ${port}${endPort === undefined ? '' : `-${endPort}`}`;
}
