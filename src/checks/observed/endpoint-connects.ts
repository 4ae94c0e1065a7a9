import { type IpFamily, familyOf } from '../../model/address.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { Remedy } from '../../model/finding.ts';
import type { Endpoint } from '../../model/frontend.ts';
import { PROTOCOL, type Protocol, protocolName } from '../../model/protocol.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import { type TriedConnections, triedConnections } from '../../verify/tried-connections.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { endpointText } from '../endpoint-text.ts';

/** Connections were tried to a ready endpoint, from where its rules and routes lead there, and did not stand. */
export const endpointConnects: Check = defineCheck({
  id: 'observed/endpoint-connects',
  asserts: 'connections that were tried to ready endpoints stood',
  faults: ['P02', 'S03', 'P01', 'P03', 'P04', 'N10', 'N15', 'F07'],
  needs: ['verifications', 'endpointSlices', 'probes'],
  *run({ world, subject: { namespace, name }, verifications }) {
    const endpoints = triedEndpoints(world, verifications);
    const subject = `Service ${namespace}/${name}`;
    const dead = endpoints.filter(({ tried }) => tried.every(({ connected }) => connected === 0));
    const [first] = dead;
    if (first !== undefined) {
      const results = [
        ...new Set(dead.flatMap(({ tried }) => tried.flatMap(({ failures }) => failures[0] ?? []))),
      ];
      const declared = declaredElsewhere(world, dead);
      const family = familyNotTaken(endpoints, dead);
      const share = dead.length / endpoints.length;
      yield {
        severity: 'error',
        subject,
        faults: family === undefined ? faultsOf(results, declared) : ['P03', 'P02'],
        share: [share, share],
        summary: `${dead.map(({ endpoint }) => endpointText(endpoint)).join(', ')} ${dead.length === 1 ? 'is' : 'are'} ready, and ${isUdp(first) ? 'questions by UDP' : 'connections'} from ${first.tried[0]?.from ?? 'inside'} ended with ${results.join(' or ')}${declared === undefined ? '' : `; the pods declare ${declared}, not ${first.endpoint.port}`}${family === undefined ? '' : `; the same pods ${isUdp(first) ? 'answer' : 'accept'} on that port by their other addresses, so they do not listen on ${family}`}`,
        evidence: dead.flatMap(evidenceOf).slice(0, 3),
        remedy:
          family === undefined
            ? remedyOf(namespace, results, first, declared)
            : {
                text: `let the application listen on ${family} as well (on ::, not on 0.0.0.0 or one address), or leave ${family} out of the Service’s ipFamilies`,
                commands: listCommands(namespace, first),
              },
      };
    }
    for (const each of endpoints.filter((other) => !dead.includes(other))) {
      const failing = each.tried.filter(({ connected }) => connected === 0);
      const [one] = failing;
      if (one === undefined) continue;
      yield {
        severity: 'error',
        subject,
        ...(each.endpoint.node === undefined ? {} : { node: each.endpoint.node }),
        faults: ['N10', 'N15', 'F07'],
        share: [0, 1],
        summary: `${endpointText(each.endpoint)} is ready, and a ${isUdp(each) ? 'question by UDP' : 'connection'} to it from ${one.from} ended with ${one.failures[0]}; from ${each.tried.length - failing.length} other ${each.tried.length - failing.length === 1 ? 'place' : 'places'} it ${isUdp(each) ? 'was answered' : 'stood'}`,
        evidence: evidenceOf(each).slice(0, 3),
        remedy: remedyOf(namespace, ['timeout'], each, undefined),
      };
    }
  },
});

function faultsOf(results: readonly string[], declared: string | undefined): readonly string[] {
  if (results.some((result) => result !== 'refused')) return ['P04', 'N15', 'P02', 'F07'];
  return declared === undefined ? ['P02', 'P01', 'S03'] : ['S03', 'P02', 'P01'];
}

/** The ports that the pods declare, where none of them is the one that was tried. */
function declaredElsewhere(world: World, dead: readonly TriedEndpoint[]): string | undefined {
  const ports = new Set(dead.map(({ endpoint }) => endpoint.port));
  const names = new Set(dead.map(({ endpoint }) => endpoint.pod));
  const declared = world.pods
    .filter(({ metadata }) => names.has(`${metadata.namespace}/${metadata.name}`))
    .flatMap(({ spec }) =>
      spec.containers.flatMap((container) => (container.ports ?? []).map((port) => port.containerPort)),
    );
  if (declared.length === 0 || declared.some((port) => ports.has(port))) return undefined;
  return [...new Set(declared)].join(', ');
}

function evidenceOf({ endpoint, protocol, tried }: TriedEndpoint): Evidence[] {
  return tried
    .filter(({ connected }) => connected === 0)
    .map(({ source, from, failures }) => ({
      source,
      text: `${protocolName(protocol)} ${endpointText(endpoint)} from ${from}: ${failures.join(', ')}`,
    }));
}

function remedyOf(
  namespace: string,
  results: readonly string[],
  first: TriedEndpoint,
  declared: string | undefined,
): Remedy {
  const isRefused = results.every((result) => result === 'refused');
  return {
    text: !isRefused
      ? 'see what lies between: the pod’s own routes, policies, and the application'
      : declared === undefined
        ? 'let the application listen on this port, on all addresses'
        : `set targetPort to the port that the pods listen on (${declared})`,
    commands: listCommands(namespace, first),
  };
}

function listCommands(namespace: string, tried: TriedEndpoint): string[] {
  const { pod } = tried.endpoint;
  const sockets = isUdp(tried) ? 'ss -lnu' : 'ss -lnt';
  return pod === undefined
    ? []
    : [`kubectl -n ${namespace} exec ${pod.split('/')[1] ?? 'POD'} -- ${sockets}`];
}

function isUdp({ protocol }: TriedEndpoint): boolean {
  return protocol === PROTOCOL.udp;
}

/** The family on which pods refuse although each takes connections to the same port at an address of the other; undefined where that is not it. */
function familyNotTaken(
  endpoints: readonly TriedEndpoint[],
  dead: readonly TriedEndpoint[],
): IpFamily | undefined {
  const families = new Set(dead.map(({ endpoint }) => familyOf(endpoint.address)));
  const [family, more] = families;
  if (family === undefined || more !== undefined) return undefined;
  const isTaken = ({ endpoint, protocol, tried }: TriedEndpoint): boolean =>
    endpoint.pod !== undefined &&
    tried.every(({ failures }) => failures.every((result) => result === 'refused')) &&
    endpoints.some(
      (other) =>
        other.endpoint.pod === endpoint.pod &&
        other.protocol === protocol &&
        other.endpoint.port === endpoint.port &&
        familyOf(other.endpoint.address) !== family &&
        other.tried.some(({ connected }) => connected > 0),
    );
  return dead.every(isTaken) ? family : undefined;
}

interface TriedEndpoint {
  readonly endpoint: Endpoint;
  readonly protocol: Protocol;
  readonly tried: readonly TriedConnections[];
}

/** Each endpoint with what was tried from clients for which everything that was read leads there. */
function triedEndpoints(world: World, verifications: readonly Verification[]): TriedEndpoint[] {
  const found = new Map<
    string,
    { endpoint: Endpoint; protocol: Protocol; tried: Map<string, TriedConnections> }
  >();
  if (world.probes.length === 0) return [];
  for (const { expectation, works } of verifications) {
    const { outcome, endpoints, vantage, frontend } = expectation;
    if (outcome !== 'endpoints' || works[0] < 1 - 1e-6) continue;
    // By way of another node nothing is learned of the client's own way to an endpoint.
    if ((expectation.node ?? vantage.node) !== vantage.node) continue;
    for (const endpoint of endpoints) {
      const { protocol } = frontend;
      const tried = triedConnections(world, vantage, { ...endpoint, protocol });
      if (tried === undefined || isSilence(tried, protocol)) continue;
      const key = `${endpoint.address} ${endpoint.port} ${protocol}`;
      const entry = found.get(key) ?? { endpoint, protocol, tried: new Map<string, TriedConnections>() };
      entry.tried.set(tried.from, tried);
      found.set(key, entry);
    }
  }
  return [...found.values()].map((each) => ({ ...each, tried: [...each.tried.values()] }));
}

/** A server may leave a datagram unanswered: only a refusal proves that nobody takes it. */
function isSilence({ connected, failures }: TriedConnections, protocol: Protocol): boolean {
  return protocol === PROTOCOL.udp && connected === 0 && failures.some((failure) => failure !== 'refused');
}
