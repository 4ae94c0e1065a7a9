// An API server of a cluster made by chance, which serves lists page by page and refuses everything but reading objects. Prints its address, and ends with its
// standard input. `api-server.js SERVICES ENDPOINTS [one-namespace]`
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serviceObject, sliceObjects } from '../generate/api-objects.ts';
import { type BenchService, makeCluster, nodeOfPod } from '../generate/cluster.ts';
import { managedFields } from '../generate/managed-fields.ts';
import { nodesJson } from '../generate/node-files.ts';
import { podObject } from '../generate/pod-objects.ts';

const [services = '10', endpoints = '3', shape = ''] = process.argv.slice(2);
const cluster = makeCluster({
  services: Number(services),
  endpointsPerService: Number(endpoints),
  seed: 20_260_105,
});
const all = cluster.services.map((service): BenchService =>
  shape === 'one-namespace' ? { ...service, namespace: 'team-0' } : service,
);
const last = all
  .flatMap((service) => service.endpoints)
  .reduce((most, address) => Math.max(most, nodeOfPod(address)), 0);
const nodes = last + 1;

/** What makes the objects of a kind, in the order of the list. */
const makers: Readonly<
  Record<string, { readonly kind: string; readonly of: (service: BenchService) => (() => object)[] }>
> = {
  services: { kind: 'Service', of: (service) => [() => serviceObject(service)] },
  endpointslices: {
    kind: 'EndpointSlice',
    of: (service) => sliceObjects(service).map((slice) => () => slice),
  },
  pods: {
    kind: 'Pod',
    of: (service) => service.endpoints.map((address) => () => podObject(service, address)),
  },
};

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://simulated');
  const [, namespace, resource = '', name] =
    /^\/api.*?\/v1(?:\/namespaces\/([^/]+)(?=\/))?\/([a-z]+)(?:\/(.+))?$/.exec(url.pathname) ?? [];
  const body = name === undefined ? listOf(resource, namespace, url.searchParams) : undefined;
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(
    body ?? JSON.stringify({ kind: 'Status', status: 'Failure', code: 404, message: 'not found' }),
  );
});
server.on('upgrade', (_, socket) =>
  socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
);
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.stdin.on('end', () => process.exit(0)).resume();

function listOf(resource: string, namespace: string | undefined, query: URLSearchParams): string {
  if (resource === 'nodes') return nodesJson(nodes);
  if (resource === 'namespaces') {
    const items = [...new Set(all.map((service) => service.namespace))].map((each) => ({
      metadata: { name: each },
    }));
    return JSON.stringify({ kind: 'NamespaceList', apiVersion: 'v1', items });
  }
  const { kind = 'Thing', of = () => [] } = makers[resource] ?? {};
  const limit = Number(query.get('limit') ?? 0) || Infinity;
  const from = Number(query.get('continue') ?? 0);
  const items: object[] = [];
  let at = 0;
  for (const service of all) {
    if (namespace !== undefined && service.namespace !== namespace) continue;
    for (const make of of(service)) {
      if (at >= from && items.length < limit) items.push(withManagedFields(make()));
      at++;
    }
    if (items.length === limit) break;
  }
  const more = items.length === limit ? { continue: String(from + items.length) } : {};
  return JSON.stringify({
    kind: `${kind}List`,
    apiVersion: 'v1',
    metadata: { resourceVersion: '1', ...more },
    items,
  });
}

/** As the API sends objects: lists say the kind once, and each object says who set which field. */
function withManagedFields(object: object): object {
  const {
    kind: _,
    apiVersion: __,
    metadata,
    ...rest
  } = object as { kind: string; apiVersion: string; metadata: object };
  return { metadata: { ...metadata, managedFields }, ...rest };
}
