import fc from 'fast-check';
import type { ApiObject } from '../cluster/api.ts';
import { NAMESPACE } from './namespace.ts';
import type { Port } from './random-ports.ts';

const NODES = ['node-a', 'node-b', 'node-c'];

/** What a controller or a person says of an endpoint; absent conditions count as ready. */
const conditions = fc.constantFrom(
  undefined,
  { ready: true },
  { ready: true, serving: true, terminating: false },
  { ready: false, serving: true, terminating: true },
  { ready: false, serving: false, terminating: true },
  { ready: false, serving: false, terminating: false },
);

/** Pods of a node's range, the node itself, and machines outside; none of the pods is there. */
const endpoint = fc
  .record({
    place: fc.constantFrom('pod', 'pod', 'pod', 'node', 'outside'),
    node: fc.nat(NODES.length - 1),
    host: fc.integer({ min: 100, max: 240 }),
    isNamed: fc.nat(4).map((number) => number > 0),
    conditions,
    zone: fc.option(fc.constantFrom('za', 'zb', 'zc'), { nil: undefined }),
    hinted: fc.constantFrom('none', 'none', 'zone', 'node'),
  })
  .map(({ place, node, host, isNamed, hinted, zone, conditions: told }) => ({
    addresses: [
      { pod: `10.244.${node + 1}.${host}`, node: `192.168.90.${11 + node}`, outside: `198.51.100.${host}` }[
        place
      ],
    ],
    ...(isNamed && { nodeName: NODES[node] }),
    ...(told && { conditions: told }),
    ...(zone && { zone }),
    ...(hinted === 'zone' && { hints: { forZones: [{ name: 'za' }] } }),
    ...(hinted === 'node' && { hints: { forZones: [{ name: 'zb' }], forNodes: [{ name: NODES[node] }] } }),
  }));

/** An EndpointSlice of a Service that no controller keeps; some lack one of its ports. */
export const randomSlice: fc.Arbitrary<
  (service: string, number: number, ports: readonly Port[]) => ApiObject
> = fc
  .record({
    endpoints: fc.uniqueArray(endpoint, { maxLength: 6, selector: ({ addresses }) => addresses[0] }),
    target: fc.integer({ min: 1, max: 65_000 }),
    missing: fc.nat(8),
  })
  .map(({ endpoints, target, missing }) => (service, number, ports) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${service}-${number}`,
      namespace: NAMESPACE,
      labels: { 'kubernetes.io/service-name': service },
    },
    addressType: 'IPv4',
    endpoints,
    ports: ports
      .filter((_, index) => index !== missing)
      .map(({ name, protocol }, index) => ({ name, protocol, port: Math.min(target + index, 65_000) })),
  }));
