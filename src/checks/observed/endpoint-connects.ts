import { formatAddressPort } from '../../model/address.ts';
import type { Endpoint } from '../../model/frontend.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import { type TriedConnections, triedConnections } from '../../verify/tried-connections.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** Connections were tried to a ready endpoint, from where its rules and routes lead there, and did not stand. */
export const endpointConnects: Check = defineCheck({
  id: 'observed/endpoint-connects',
  asserts: 'connections that were tried to ready endpoints stood',
  faults: ['P02', 'S03', 'P01', 'P04', 'N10', 'N15', 'F07'],
  needs: ['verifications', 'endpointSlices', 'probes'],
  *run({ world, subject: { namespace, name }, verifications }) {
    const endpoints = triedEndpoints(world, verifications);
    const silent = endpoints.filter(({ tried }) => tried.every(({ connected }) => connected === 0));
    for (const { endpoint, tried } of endpoints) {
      const failing = tried.filter(({ connected }) => connected === 0);
      const [first] = failing;
      if (first === undefined) continue;
      const to = formatAddressPort(endpoint.address, endpoint.port);
      const isEverywhere = failing.length === tried.length;
      const isRefused = failing.every(({ failures }) => failures[0] === 'refused');
      const share = isEverywhere ? silent.length / endpoints.length : 0;
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        ...(endpoint.node === undefined || isEverywhere ? {} : { node: endpoint.node }),
        faults: !isEverywhere
          ? ['N10', 'N15', 'F07']
          : isRefused
            ? ['P02', 'S03', 'P01']
            : ['P04', 'N15', 'P02', 'F07'],
        share: isEverywhere ? [share, share] : [0, 1],
        summary: `${to}${endpoint.pod === undefined ? '' : ` (pod ${endpoint.pod})`} is ready, and a connection to it from ${first.from} ended with ${first.failures[0]}${failing.length > 1 ? `, as from ${failing.length - 1} more places` : ''}${isEverywhere ? '' : `; from ${tried.length - failing.length} other places it stood`}`,
        evidence: failing.slice(0, 3).map((each) => ({
          source: each.source,
          text: `tcp ${to} from ${each.from}: ${each.failures.join(', ')}`,
        })),
        remedy: {
          text: isRefused
            ? 'let the application listen on this port, on all addresses; or let targetPort be the port it listens on'
            : 'see what lies between: the pod’s own routes, policies, and the application',
          commands:
            endpoint.pod === undefined
              ? []
              : [`kubectl -n ${namespace} exec ${endpoint.pod.split('/')[1] ?? 'POD'} -- ss -lnt`],
        },
      };
    }
  },
});

interface TriedEndpoint {
  readonly endpoint: Endpoint;
  readonly tried: readonly TriedConnections[];
}

/** Each endpoint with what was tried from clients for which everything that was read leads there. */
function triedEndpoints(world: World, verifications: readonly Verification[]): TriedEndpoint[] {
  const found = new Map<string, { endpoint: Endpoint; tried: Map<string, TriedConnections> }>();
  for (const { expectation, works } of verifications) {
    const { outcome, endpoints, vantage, frontend } = expectation;
    if (outcome !== 'endpoints' || works[0] < 1 - 1e-6) continue;
    for (const endpoint of endpoints) {
      const tried = triedConnections(world, vantage, { ...endpoint, protocol: frontend.protocol });
      if (tried === undefined) continue;
      const key = `${endpoint.address} ${endpoint.port}`;
      const entry = found.get(key) ?? { endpoint, tried: new Map<string, TriedConnections>() };
      entry.tried.set(tried.from, tried);
      found.set(key, entry);
    }
  }
  return [...found.values()].map(({ endpoint, tried }) => ({ endpoint, tried: [...tried.values()] }));
}
