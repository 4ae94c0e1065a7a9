import { describe, expect, it } from 'vitest';
import { node, pod, service } from '../../checks/cluster-fixture.ts';
import { worldOf } from '../../checks/prove-check-fixture.ts';
import { differs, ip, promise, verified } from '../../verify/verification-fixture.ts';
import { gapsOfSubject } from './gaps-of-subject.ts';
import { gapsOfWorld } from './gaps-of-world.ts';
import { isBlind } from './is-blind.ts';

const agent = (image: string) => ({
  pods: [pod('agent-1', {}, { hostNetwork: true, containers: [{ name: 'agent', image }] })],
});
const said = (image: string): string[] =>
  gapsOfWorld(worldOf(agent(image))).flatMap(({ what }) => (what.startsWith('policies') ? [what] : []));

it('says that policies of other kinds are not judged where an engine works out of sight', () => {
  expect(said('quay.io/cilium/cilium:v1.17.0')).toEqual([expect.stringContaining('Cilium')]);
  expect(said('quay.io/calico/node:v3.30.0')).toEqual([]);
  expect(said('registry.k8s.io/kube-proxy:v1.37.2')).toEqual([]);
});

it('says which node has not followed a change of a moment ago', () => {
  const fromC = promise('node-c');
  const late = (node: string, address: string, isLag: boolean) =>
    differs('endpoint-stale', fromC, node, { endpoint: { address: ip(address), port: 8080 }, isLag });
  const gaps = gapsOfSubject({
    world: worldOf({}),
    subject: { namespace: 'shop', name: 'web' },
    verifications: [
      verified(fromC, [0.5, 1], late('node-c', '10.244.2.5', true), late('node-b', '10.244.2.6', false)),
    ],
    results: [],
    reverify: () => [],
  });
  expect(gaps).toEqual([
    {
      what: 'whether node-c follows the last change of the Service',
      why: expect.stringMatching(/^its rules still lead to 10\.244\.2\.5:8080, and kube-proxy had no time/),
      unlock: 'ask again in a minute',
      node: 'node-c',
    },
  ]);
});

it('says that the proxies of a mesh are not seen', () => {
  const ask = (container: string) =>
    gapsOfSubject({
      world: worldOf({
        pods: [pod('web-1', {}, { containers: [{ name: 'app' }, { name: container }] })],
      }),
      subject: { namespace: 'shop', name: 'web' },
      verifications: [
        verified(
          promise('node-a', { endpoints: [{ address: ip('10.244.1.9'), port: 8080, pod: 'shop/web-1' }] }),
          [1, 1],
        ),
      ],
      results: [],
      reverify: () => [],
    });
  expect(ask('istio-proxy').map(({ what }) => what)).toEqual([
    'what the proxies of Istio in the endpoints’ pods do',
  ]);
  expect(ask('logger')).toEqual([]);
});

it('says that nothing read leads clients to an external IP that no node has', () => {
  const ask = (address: string) => {
    const world = worldOf({ services: [service({ externalIPs: [address] })], nodes: [node()] });
    const [web] = world.services;
    if (web === undefined) throw new Error('no Service');
    const subject = { namespace: 'shop', name: 'web', service: web };
    return gapsOfSubject({ world, subject, verifications: [], results: [], reverify: () => [] });
  };
  expect(ask('203.0.113.77').map(({ what }) => what)).toEqual([
    'whether the network leads 203.0.113.77 to a node',
  ]);
  expect(ask('192.0.2.11')).toEqual([]);
});

it('says that the load balancer in front is not seen, unless it let a connection in', () => {
  const ask = (
    spec: Record<string, unknown>,
    ingress: readonly object[],
    files: Record<string, string> = {},
  ) => {
    const balanced = { ...service(spec), status: { loadBalancer: { ingress } } };
    const world = worldOf({ services: [balanced], nodes: [node()], files });
    const [web] = world.services;
    if (web === undefined) throw new Error('no Service');
    const subject = { namespace: 'shop', name: 'web', service: web };
    const gaps = gapsOfSubject({ world, subject, verifications: [], results: [], reverify: () => [] });
    return gaps.map(({ what }) => what);
  };
  const said = ['the load balancer in front of the nodes'];
  const probe = {
    from: { kind: 'machine', via: 'connect' },
    address: '203.0.113.9',
    port: 80,
    protocol: 'tcp',
    results: { connected: 3 },
  };
  const reached = { 'probes.json': JSON.stringify({ schema: 'plumb/probes/v1', items: [probe] }) };
  expect(ask({ type: 'LoadBalancer' }, [{ ip: '203.0.113.9' }])).toEqual(said);
  expect(ask({ type: 'LoadBalancer' }, [{ hostname: 'lb.example.net' }])).toEqual(said);
  expect(ask({ type: 'LoadBalancer' }, [{ ip: '203.0.113.9' }], reached)).toEqual([]);
  expect(ask({ type: 'LoadBalancer' }, [{ ip: '192.0.2.11' }])).toEqual([]);
  expect(ask({ type: 'ClusterIP' }, [])).toEqual([]);
});

describe('policies of other kinds that were read', () => {
  const policy = (apiVersion: string, kind: string, name: string, namespace?: string) => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
  });
  const deny = policy('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', 'deny-shop');
  const redis = policy('crd.projectcalico.org/v1', 'NetworkPolicy', 'redis', 'cache');
  const seen = (image: string, ...policies: object[]) =>
    worldOf({
      ...agent(image),
      files: { 'policies.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: policies }) },
    });
  const blind = (image: string, ...policies: object[]) =>
    isBlind({
      world: seen(image, ...policies),
      subject: { namespace: 'shop', name: 'web' },
      verifications: [],
      results: [],
      reverify: () => [],
    });

  it('are named', () => {
    expect(gapsOfWorld(seen('quay.io/calico/node:v3.30.0', deny, redis)).map(({ what }) => what)).toContain(
      'what these policies refuse: AdminNetworkPolicy deny-shop, NetworkPolicy cache/redis',
    );
  });

  it('leave open what becomes of connections where their engine works out of sight', () => {
    expect(blind('quay.io/cilium/cilium:v1.17.0', deny)).toBe(true);
    expect(blind('quay.io/cilium/cilium:v1.17.0', redis)).toBe(false);
    expect(blind('quay.io/calico/node:v3.30.0', deny)).toBe(false);
  });
});
