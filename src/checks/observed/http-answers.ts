import type { Endpoint } from '../../model/frontend.ts';
import { formatIp } from '../../model/address.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { endpointText } from '../endpoint-text.ts';

/** Endpoints were asked by HTTP over connections that stood, and gave no answer, or one that tells of a fault of their own. */
export const httpAnswers: Check = defineCheck({
  id: 'observed/http-answers',
  asserts: 'endpoints that were asked by HTTP answered',
  faults: ['P04', 'P05', 'E04'],
  needs: ['verifications', 'endpointSlices', 'probes'],
  *run({ world, subject: { namespace, name }, verifications }) {
    const endpoints = askedEndpoints(world, verifications);
    const mute = endpoints.filter(({ statuses }) => statuses.length === 0);
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

interface AskedEndpoint {
  readonly endpoint: Endpoint;
  readonly statuses: readonly number[];
  readonly source: string;
}

/** Each endpoint that was asked over a connection that stood, with the statuses of its answers from all places. */
function askedEndpoints({ probes }: World, verifications: readonly Verification[]): AskedEndpoint[] {
  const promised = verifications.flatMap(({ expectation }) => expectation.endpoints);
  const endpoints = new Map(promised.map((endpoint) => [`${endpoint.address} ${endpoint.port}`, endpoint]));
  return [...endpoints.values()].flatMap((endpoint): AskedEndpoint[] => {
    const asked = probes.filter(
      ({ address, port, http, results }) =>
        address === formatIp(endpoint.address) &&
        port === endpoint.port &&
        http !== undefined &&
        (results.connected ?? 0) > 0,
    );
    const [first] = asked;
    if (first === undefined) return [];
    return [{ endpoint, statuses: asked.flatMap(({ http }) => http?.statuses ?? []), source: first.source }];
  });
}
