import fc from 'fast-check';
import type { ApiObject } from '../cluster/api.ts';
import { NAMESPACE } from './namespace.ts';
import { randomPorts } from './random-ports.ts';
import { randomSlice } from './random-slice.ts';

/** A Service, its EndpointSlices, and the addresses that a load balancer gives it. */
export interface RandomService {
  readonly service: ApiObject;
  readonly slices: readonly ApiObject[];
  readonly ingress: readonly { readonly ip: string; readonly ipMode?: string }[];
}

/**
 * `count` Services of all kinds that kube-proxy knows, of IPv4, with endpoints that nobody made: for `seed` always the same ones. No two claim one address.
 */
export function randomServices(seed: number, count: number): RandomService[] {
  const drafts = fc.sample(fc.array(draft, { minLength: count, maxLength: count }), { seed, numRuns: 1 })[0];
  return (drafts ?? []).map(serviceOf);
}

const policy = fc.constantFrom('Cluster', 'Local');
const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined });

const draft = fc.record({
  type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer'),
  isHeadless: fc.nat(15).map((number) => number === 0),
  ports: randomPorts,
  internalTrafficPolicy: policy,
  externalTrafficPolicy: policy,
  affinity: maybe(fc.integer({ min: 1, max: 86_400 })),
  externalIps: fc.nat(2),
  sourceRanges: maybe(
    fc.uniqueArray(
      fc.constantFrom('10.0.0.0/8', '192.168.90.0/24', '203.0.113.0/24', '192.168.90.50/32', '0.0.0.0/0'),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  ),
  hasNodePorts: fc.nat(4).map((number) => number > 0),
  ipMode: fc.constantFrom(undefined, 'VIP', 'Proxy', 'none'),
  publishNotReadyAddresses: fc.nat(7).map((number) => number === 0),
  trafficDistribution: maybe(fc.constantFrom('PreferClose', 'PreferSameZone', 'PreferSameNode')),
  label: fc.constantFrom(
    ...Array.from({ length: 18 }, () => ''),
    'service.kubernetes.io/service-proxy-name',
    'service.kubernetes.io/headless',
  ),
  slices: fc.array(randomSlice, { maxLength: 2 }),
});

type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never;

function serviceOf(one: Draft, index: number): RandomService {
  const name = `service-${index}`;
  const type = one.isHeadless ? 'ClusterIP' : one.type;
  const labels = one.label === '' ? {} : { [one.label]: 'other' };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      type,
      ports: one.ports,
      internalTrafficPolicy: one.internalTrafficPolicy,
      publishNotReadyAddresses: one.publishNotReadyAddresses,
      ...(one.trafficDistribution && { trafficDistribution: one.trafficDistribution }),
      ...(one.affinity && {
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: one.affinity } },
      }),
      ...(one.isHeadless
        ? { clusterIP: 'None' }
        : { externalIPs: addresses('203.0.113', index, one.externalIps) }),
      ...(type === 'ClusterIP' ? {} : { externalTrafficPolicy: one.externalTrafficPolicy }),
      ...(type === 'LoadBalancer' && {
        allocateLoadBalancerNodePorts: one.hasNodePorts,
        ...(one.sourceRanges && { loadBalancerSourceRanges: one.sourceRanges }),
      }),
    },
  };
  const isGiven = type === 'LoadBalancer' && one.ipMode !== 'none';
  return {
    service,
    slices: one.slices.map((slice, number) => slice(name, number, one.ports)),
    ingress: addresses('192.0.2', index, isGiven ? 1 : 0).map((ip) => ({
      ip,
      ...(one.ipMode && { ipMode: one.ipMode }),
    })),
  };
}

/** `many` addresses that no other Service has, of the first hundred. */
function addresses(range: string, index: number, many: number): string[] {
  return Array.from({ length: many }, (_, number) => `${range}.${2 * (index % 100) + number + 1}`);
}
