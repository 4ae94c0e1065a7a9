import { expect, it } from 'vitest';
import { pod } from '../checks/cluster-fixture.ts';
import { worldOf } from '../checks/prove-check-fixture.ts';
import { gapsOfWorld } from './not-checked.ts';

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
