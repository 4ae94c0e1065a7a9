import type { Endpoint } from '../../model/frontend.ts';
import { formatIp } from '../../model/address.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import { distinctEndpoints } from '../../verify/distinct-endpoints.ts';
import { meshesOf } from '../../world/mesh-of.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { endpointText } from '../endpoint-text.ts';

/** Endpoints were asked by HTTP over connections that stood, and gave no answer, or one that tells of a fault of their own. */
export const httpAnswers: Check = defineCheck({
  id: 'observed/http-answers',
  asserts: 'endpoints that were asked by HTTP answered',
  faults: ['P04', 'P05', 'E04', 'P06', 'P07'],
  needs: ['verifications', 'endpointSlices', 'probes'],
  *run({ world, subject: { namespace, name }, verifications }) {
    const endpoints = askedEndpoints(world, verifications);
    const silent = endpoints.filter(({ statuses }) => statuses.length === 0);
    const shut = silent.filter(({ mesh }) => mesh !== undefined);
    yield* ofMesh(`Service ${namespace}/${name}`, shut, endpoints);
    yield* turnedAway(`Service ${namespace}/${name}`, endpoints);
    yield* takenForTls(`Service ${namespace}/${name}`, endpoints);
    const mute = silent.filter(({ mesh }) => mesh === undefined);
    const failing = endpoints.filter(
      ({ statuses }) => statuses.length > 0 && statuses.every((status) => status >= 500),
    );
    for (const [bad, what] of [
      [mute, 'accepted connections and gave no answer to an HTTP request'],
      [failing, `answered HTTP with ${[...new Set(failing.flatMap(({ statuses }) => statuses))].join(', ')}`],
    ] as const) {
      if (bad.length === 0) continue;
      const share = bad.length / endpoints.length;
      const [pod] = bad.flatMap(({ endpoint }) => endpoint.pod ?? []);
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        faults: bad === mute ? ['P04', 'P05', 'E04'] : ['P05', 'E04'],
        share: [share, share],
        summary: `${bad.map(({ endpoint }) => endpointText(endpoint)).join(', ')} ${what}: the network is in order, the application is not`,
        evidence: bad.slice(0, 3).map(({ endpoint, source, statuses }) => ({
          source,
          text: `http ${endpointText(endpoint)}: ${statuses.length === 0 ? 'connected, no answer' : statuses.join(', ')}`,
        })),
        remedy: {
          text: 'look at the application: its log, its threads, whether this port speaks HTTP without TLS',
          commands: pod === undefined ? [] : [`kubectl -n ${namespace} logs ${pod.split('/')[1]} --tail=20`],
        },
      };
    }
  },
});

/** A mesh's proxy that wants its own TLS of clients ends a plain request without an answer: clients inside the mesh may be served. */
function* ofMesh(
  subject: string,
  shut: readonly AskedEndpoint[],
  endpoints: readonly AskedEndpoint[],
): Iterable<Problem> {
  const [first] = shut;
  if (first === undefined) return;
  const isAll = shut.length === endpoints.length;
  yield {
    severity: 'warning',
    subject,
    faults: isAll ? ['P06', 'P05', 'P04'] : ['P04', 'P06', 'P05'],
    share: [0, 1],
    summary: `${shut.map(({ endpoint }) => endpointText(endpoint)).join(', ')} ended a plain HTTP request without an answer: ${first.mesh}’s proxy in the pod took it, and may serve clients of the mesh only${isAll ? '' : '; other endpoints answered'}`,
    evidence: shut.slice(0, 3).map(({ endpoint, source, mesh }) => ({
      source,
      text: `http ${endpointText(endpoint)}, with a proxy of ${mesh}: connected, no answer`,
    })),
    remedy: {
      text: 'ask from a pod of the mesh; to serve clients outside of it, let the mesh accept plain connections to this port (Istio: a PeerAuthentication with mode PERMISSIVE)',
      commands: first.mesh === 'Istio' ? ['kubectl get peerauthentications,authorizationpolicies -A'] : [],
    },
  };
}

/** All endpoints refuse the client by HTTP. */
function* turnedAway(subject: string, endpoints: readonly AskedEndpoint[]): Iterable<Problem> {
  const isAway = ({ statuses }: AskedEndpoint): boolean =>
    statuses.length > 0 && statuses.every((status) => status === FORBIDDEN);
  const [first] = endpoints;
  if (first === undefined || !endpoints.every(isAway)) return;
  yield {
    severity: 'info',
    subject,
    faults: first.mesh === undefined ? ['P07', 'P06'] : ['P06', 'P07'],
    share: [0, 0],
    summary: `every endpoint answered HTTP with ${FORBIDDEN}: ${first.mesh === undefined ? 'the application' : `the application, or a policy of ${first.mesh},`} turns this client away; an application that goes by client addresses sees that of a node where the Service’s packets are masqueraded`,
    evidence: endpoints.slice(0, 3).map(({ endpoint, source }) => ({
      source,
      text: `http ${endpointText(endpoint)}: ${FORBIDDEN}`,
    })),
    remedy: {
      text: 'see in the application’s log which address it saw; externalTrafficPolicy: Local keeps that of clients outside',
      commands: [],
    },
  };
}

/** All endpoints take a plain request for a bad one, as servers do that expect TLS. *Source:* Go net/http `StatusBadRequest` of tlsRecordHeaderLooksLikeHTTP; nginx 497. */
function* takenForTls(subject: string, endpoints: readonly AskedEndpoint[]): Iterable<Problem> {
  const isBad = ({ statuses }: AskedEndpoint): boolean =>
    statuses.length > 0 && statuses.every((status) => status === BAD_REQUEST);
  if (endpoints.length === 0 || !endpoints.every(isBad)) return;
  yield {
    severity: 'info',
    subject,
    faults: ['P05'],
    share: [0, 0],
    summary: `every endpoint answered a plain HTTP request with ${BAD_REQUEST}, as servers do that speak TLS on this port, or that serve other host names`,
    evidence: endpoints.slice(0, 3).map(({ endpoint, source }) => ({
      source,
      text: `http ${endpointText(endpoint)}: ${BAD_REQUEST}`,
    })),
    remedy: {
      text: 'let clients dial https, or name the Service’s port so (appProtocol: https), or let the application serve plain HTTP here',
      commands: [],
    },
  };
}

const BAD_REQUEST = 400;
const FORBIDDEN = 403;

interface AskedEndpoint {
  readonly endpoint: Endpoint;
  /** The mesh whose proxy takes the pod's connections. */
  readonly mesh: string | undefined;
  readonly statuses: readonly number[];
  readonly source: string;
}

/** Each endpoint that was asked over a connection that stood, with the statuses of its answers from all places. */
function askedEndpoints(world: World, verifications: readonly Verification[]): AskedEndpoint[] {
  const stood = world.probes.filter(
    ({ http, results }) => http !== undefined && (results.connected ?? 0) > 0,
  );
  if (stood.length === 0) return [];
  return [...distinctEndpoints(verifications).values()].flatMap((endpoint): AskedEndpoint[] => {
    const text = formatIp(endpoint.address);
    const asked = stood.filter(({ address, port }) => address === text && port === endpoint.port);
    const [first] = asked;
    if (first === undefined) return [];
    return [
      {
        endpoint,
        mesh: meshesOf(world).get(endpoint.pod ?? ''),
        statuses: asked.flatMap(({ http }) => http?.statuses ?? []),
        source: first.source,
      },
    ];
  });
}
