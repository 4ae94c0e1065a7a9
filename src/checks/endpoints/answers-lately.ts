import { ageOf } from '../../dataplane/conntrack/age-of.ts';
import type { ConntrackEntry } from '../../dataplane/conntrack/entry.ts';
import { formatAddressPort, formatIp } from '../../model/address.ts';
import type { Endpoint } from '../../model/frontend.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { connectionsTo } from '../connections-to.ts';

/** So many connections in a row without an answer are no accident. */
const LEAST = 3;

/** An endpoint has answered clients of a node, and their latest connections got no answer, although every path leads there. */
export const answersLately: Check = defineCheck({
  id: 'endpoints/answers-lately',
  asserts: 'the latest connections to every endpoint were answered',
  faults: ['N15', 'N08', 'F08', 'E04'],
  needs: ['verifications', 'endpointSlices', 'conntrack'],
  *run({ world, subject, verifications }) {
    for (const { endpoint, nodes } of reachedEndpoints(verifications)) {
      const silent = [...nodes].filter((node) => isSilentTo(world, node, endpoint));
      if (silent.length > 0)
        yield tell(world, `Service ${subject.namespace}/${subject.name}`, endpoint, silent);
    }
  },
});

/** Endpoints, and the nodes from which every path to them works as far as was seen: elsewhere silence has its reason. */
function reachedEndpoints(
  verifications: readonly Verification[],
): Iterable<{ readonly endpoint: Endpoint; readonly nodes: ReadonlySet<string> }> {
  const reached = new Map<string, { endpoint: Endpoint; nodes: Set<string> }>();
  const isWhole = ({ works }: Verification): boolean => works[0] > 1 - 1e-6;
  for (const { expectation } of verifications.filter(isWhole)) {
    for (const endpoint of expectation.endpoints) {
      const key = `${endpoint.address} ${endpoint.port}`;
      const found = reached.get(key) ?? { endpoint, nodes: new Set() };
      reached.set(key, found);
      found.nodes.add(expectation.vantage.node);
    }
  }
  for (const { expectation } of verifications.filter((each) => !isWhole(each)))
    for (const { address, port } of expectation.endpoints)
      reached.get(`${address} ${port}`)?.nodes.delete(expectation.vantage.node);
  return reached.values();
}

function tell(world: World, subject: string, endpoint: Endpoint, silent: readonly string[]): Problem {
  const { node = 'its node' } = endpoint;
  const text = formatAddressPort(endpoint.address, endpoint.port);
  const isAlone = silent.some((from) => hearsOthers(world, from, endpoint));
  const whose = endpoint.pod === undefined ? '' : ` (${endpoint.pod} on ${node})`;
  return {
    severity: 'warning',
    subject,
    node,
    share: [0, 1],
    faults: isAlone ? ['N15', 'E04'] : ['N08', 'F08', 'N15'],
    summary: `the latest connections of clients on ${silent.join(' and ')} to ${text}${whose} got no answer, although every hop that was seen leads there; ${isAlone ? `other pods on ${node} answer them: look inside this pod` : `nothing else on ${node} answered them: look at what is between the nodes`}`,
    evidence: silent.map((from) => ({
      source: `connection table of ${from}`,
      text: `${latest(world, from, endpoint).length} connections to ${text} in SYN_SENT [UNREPLIED], none earlier than the last that was answered`,
    })),
    remedy: isAlone
      ? {
          text: 'see whether the pod has a route back and still serves; deleting it makes a new one',
          commands:
            endpoint.pod === undefined
              ? []
              : [execIn(endpoint.pod, 'ip route'), execIn(endpoint.pod, 'ss -lnt')],
        }
      : {
          text: 'see whether packets between the nodes arrive: security groups, the port of the overlay',
          commands: [`tcpdump -ni any host ${formatIp(endpoint.address)}   # on ${node}`],
        },
  };
}

function execIn(pod: string, command: string): string {
  const [namespace, name] = pod.split('/');
  return `kubectl -n ${namespace} exec ${name} -- ${command}`;
}

function isSilentTo(world: World, node: string, endpoint: Endpoint): boolean {
  return latest(world, node, endpoint).length >= LEAST && answered(world, node, endpoint).length > 0;
}

/** Connections of clients on `node` to `endpoint` without an answer, none earlier than the last one with; ages are whole seconds. */
function latest(world: World, node: string, endpoint: Endpoint): ConntrackEntry[] {
  const lastAnswer = Math.min(
    ...answered(world, node, endpoint).map((entry) => ageOf(world.nodeStates.get(node), entry) ?? Infinity),
  );
  return entriesTo(world, node, endpoint).filter((entry) => {
    const age = ageOf(world.nodeStates.get(node), entry);
    return entry.isUnreplied && entry.state === 'SYN_SENT' && age !== undefined && age <= lastAnswer;
  });
}

function answered(world: World, node: string, endpoint: Endpoint): ConntrackEntry[] {
  return entriesTo(world, node, endpoint).filter(({ isUnreplied }) => !isUnreplied);
}

/** Whether clients on `node` got answers of other pods beside the endpoint after its last one. */
function hearsOthers(world: World, node: string, endpoint: Endpoint): boolean {
  return (world.nodeStates.get(node)?.conntrack ?? []).some(
    ({ isUnreplied, reply }) =>
      !isUnreplied &&
      reply.source !== endpoint.address &&
      world.network.placeOf(reply.source)?.isHostNetwork === false &&
      world.network.placeOf(reply.source)?.node === endpoint.node,
  );
}

/** TCP entries of the table of `node` from its own clients to `endpoint`. */
function entriesTo(world: World, node: string, endpoint: Endpoint): ConntrackEntry[] {
  return connectionsTo(world, endpoint).flatMap((connection) => {
    const isOwn =
      connection.node === node && world.network.placeOf(connection.entry.original.source)?.node === node;
    return isOwn ? [connection.entry] : [];
  });
}
