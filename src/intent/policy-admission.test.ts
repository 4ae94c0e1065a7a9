import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import { PROTOCOL } from '../model/protocol.ts';
import type { Vantage } from '../model/vantage.ts';
import type { NetworkPolicy, Pod } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import { admissionOf, isKeptOutByDesign } from './policy-admission.ts';
import { sampleWorld } from './testing/sample-world.ts';

const pod = (name: string, address: string, nodeName: string, role: string): Pod => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { role } },
  spec: { nodeName, containers: [] },
  status: { phase: 'Running', podIP: address },
});
const pods = [
  pod('web', '10.244.1.9', 'node-a', 'web'),
  pod('front', '10.244.2.5', 'node-b', 'front'),
  pod('batch', '10.244.2.6', 'node-b', 'batch'),
];
const role = (value: string) => ({ podSelector: { matchLabels: { role: value } } });
const world = (...specs: NetworkPolicy['spec'][]): World => ({
  ...sampleWorld({ pods }),
  networkPolicies: specs.map((spec, index) => ({
    kind: 'NetworkPolicy',
    metadata: { name: `p${index}`, namespace: 'shop' },
    spec,
  })),
});
const from = (address: string, more: Partial<Vantage> = {}): Vantage => ({
  kind: 'pod',
  node: 'node-b',
  address: parseIp(address) ?? 0,
  ...more,
});
const web: Endpoint = { address: parseIp('10.244.1.9') ?? 0, port: 8080, node: 'node-a' };
const onlyFront = world({ ...role('web'), ingress: [{ from: [role('front')] }] });
const kept = (of: World, vantage: Vantage, endpoint = web) =>
  isKeptOutByDesign(of, vantage, [endpoint], PROTOCOL.tcp);

describe('admissionOf', () => {
  const answer = (of: World, vantage: Vantage) => admissionOf(of, vantage, web, PROTOCOL.tcp).isAdmitted;

  it('knows pods by their address', () => {
    expect(answer(onlyFront, from('10.244.2.5'))).toBe(true);
    expect(answer(onlyFront, from('10.244.2.6'))).toBe(false);
  });

  it('does not know what becomes of a pod that no object knows', () => {
    expect(answer(onlyFront, from('10.244.2.77'))).toBe('unknown');
  });

  it('lets a pod reach itself, and a node the pods that it runs', () => {
    const closed = world({ ...role('web') });
    expect(answer(closed, from('10.244.1.9', { node: 'node-a' }))).toBe(true);
    const itself = { kind: 'node' as const, node: 'node-a', address: parseIp('192.0.2.11') ?? 0 };
    expect(answer(closed, itself)).toBe(true);
    expect(answer(closed, { ...itself, node: 'node-b' })).toBe(false);
  });
});

describe('isKeptOutByDesign', () => {
  it('is so where others are let in', () => {
    expect(kept(onlyFront, from('10.244.2.6'))).toBe(true);
    expect(kept(onlyFront, from('10.244.2.5'))).toBe(false);
  });

  it('is not so where nobody is, nor for the client that is asked about', () => {
    expect(kept(world({ ...role('web'), ingress: [{ from: [role('nobody')] }] }), from('10.244.2.6'))).toBe(
      false,
    );
    expect(kept(onlyFront, from('10.244.2.6', { isAsked: true }))).toBe(false);
  });

  it('is not so for DNS, where the client may go elsewhere', () => {
    const dns = { ...web, port: 53 };
    const egress = (rules: NetworkPolicy['spec']['egress']): World =>
      world({ ...role('batch'), policyTypes: ['Egress'], egress: rules ?? [] });
    expect(kept(egress([{ to: [role('db')] }]), from('10.244.2.6'), dns)).toBe(false);
    expect(kept(egress([]), from('10.244.2.6'), dns)).toBe(true);
  });
});
