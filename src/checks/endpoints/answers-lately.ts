import { ageOf } from '../../dataplane/conntrack/age-of.ts';
import type { ConntrackEntry } from '../../dataplane/conntrack/entry.ts';
import { formatAddressPort, formatIp } from '../../model/address.ts';
import type { Endpoint } from '../../model/frontend.ts';
import { listNodes } from '../../verify/describe-clients.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import { distinctEndpoints } from '../../verify/distinct-endpoints.ts';
import { ipCommand } from '../../verify/ip-command.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { connectionsTo } from '../connections-to.ts';

/** So many connections in a row without an answer are no accident. */
const LEAST = 3;

/** An endpoint has answered clients, and the latest connections of those on a node got no answer, although every path leads there. */
export const answersLately: Check = defineCheck({
  id: 'endpoints/answers-lately',
  asserts: 'the latest connections to every endpoint were answered',
  faults: ['N15', 'N08', 'F08', 'E04'],
  needs: ['verifications', 'endpointSlices', 'conntrack'],
  *run({ world, subject, verifications }) {
    const isAnyUnanswered = [...distinctEndpoints(verifications).values()].some((endpoint) =>
      connectionsTo(world, endpoint).some(({ entry }) => entry.isUnreplied),
    );
    if (!isAnyUnanswered) return;
    const silences = [...reachedEndpoints(verifications)].flatMap(({ endpoint, nodes }): Silence[] => {
      const from = [...nodes].filter((node) => isSilentTo(world, node, endpoint));
      const isAlone = from.some((node) => hearsOthers(world, node, endpoint));
      return from.length === 0 ? [] : [{ endpoint, from, isAlone }];
    });
    const owner = `Service ${subject.namespace}/${subject.name}`;
    for (const silence of silences) if (silence.isAlone) yield ofOnePod(world, owner, silence);
    const between = silences.filter(({ isAlone }) => !isAlone);
    if (between.length > 0) yield betweenNodes(world, owner, between);
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

/** Clients on the nodes `from` hear nothing of `endpoint`; whether they hear other pods beside it. */
interface Silence {
  readonly endpoint: Endpoint;
  readonly from: readonly string[];
  readonly isAlone: boolean;
}

function ofOnePod(world: World, subject: string, silence: Silence): Problem {
  const { pod, node = 'its node' } = silence.endpoint;
  return {
    severity: 'warning',
    subject,
    node,
    share: [0, 1],
    faults: ['N15', 'E04'],
    summary: `${heardNothing([silence])}, although every hop that was seen leads there; other pods on ${node} answer them: look inside this pod`,
    evidence: evidenceOf(world, silence),
    remedy: {
      text: 'see whether the pod has a route back and still serves; deleting it makes a new one',
      commands:
        pod === undefined
          ? []
          : [execIn(pod, `${ipCommand(silence.endpoint.address)} route`), execIn(pod, 'ss -lnt')],
    },
  };
}

/** One thing between the nodes may silence every endpoint, so it is said once. */
function betweenNodes(world: World, subject: string, silences: readonly Silence[]): Problem {
  const nodes = [...new Set(silences.map(({ endpoint }) => endpoint.node ?? 'its node'))];
  const [first] = nodes;
  const where = nodes.length === 1 ? first : 'these nodes';
  // A long table was listed without what goes elsewhere.
  const isInPart = silences.some(({ from }) =>
    from.some((node) => world.nodeStates.get(node)?.conntrackPart !== undefined),
  );
  return {
    severity: 'warning',
    subject,
    ...(nodes.length === 1 && first !== undefined ? { node: first } : {}),
    share: [0, 1],
    faults: ['N08', 'F08', 'N15'],
    summary: `${heardNothing(silences)}, although every hop that was seen leads there; ${isInPart ? `whether others on ${where} answer them was not listed` : `nothing else on ${where} answered them`}: look at what is between the nodes`,
    evidence: silences.flatMap((silence) => evidenceOf(world, silence)),
    remedy: {
      text: 'see whether packets between the nodes arrive: security groups, the port of the overlay',
      commands: silences.map(
        ({ endpoint: { address, node = 'its node' } }) =>
          `tcpdump -ni any host ${formatIp(address)}   # on ${node}`,
      ),
    },
  };
}

function heardNothing(silences: readonly Silence[]): string {
  const clients = listNodes([...new Set(silences.flatMap(({ from }) => from))].sort());
  const [one] = silences;
  const whose =
    silences.length === 1 && one !== undefined
      ? nameOf(one.endpoint)
      : `endpoints on other nodes (${silences.map(({ endpoint }) => textOf(endpoint)).join(', ')})`;
  return `the latest connections of clients on ${clients} to ${whose} got no answer`;
}

function textOf({ address, port }: Endpoint): string {
  return formatAddressPort(address, port);
}

function nameOf(endpoint: Endpoint): string {
  const { pod, node = 'its node' } = endpoint;
  return `${textOf(endpoint)}${pod === undefined ? '' : ` (${pod} on ${node})`}`;
}

function evidenceOf(world: World, { endpoint, from }: Silence): Problem['evidence'] {
  return from.map((node) => ({
    source: `connection table of ${node}`,
    text: `${latest(world, node, endpoint).length} connections to ${textOf(endpoint)} in SYN_SENT [UNREPLIED], none earlier than the last that was answered`,
  }));
}

function execIn(pod: string, command: string): string {
  const [namespace, name] = pod.split('/');
  return `kubectl -n ${namespace} exec ${name} -- ${command}`;
}

/** An endpoint that answered nobody anywhere is another check's. */
function isSilentTo(world: World, node: string, endpoint: Endpoint): boolean {
  return (
    latest(world, node, endpoint).length >= LEAST &&
    connectionsTo(world, endpoint).some(({ entry }) => !entry.isUnreplied)
  );
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
