import { expect, it } from 'vitest';
import { pod } from '../checks/cluster-fixture.ts';
import { worldOf } from '../checks/prove-check-fixture.ts';
import { differs, ip, promise, verified } from '../verify/verification-fixture.ts';
import { gapsOfSubject, gapsOfWorld } from './not-checked.ts';

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
