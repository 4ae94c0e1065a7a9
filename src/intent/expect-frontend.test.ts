import { describe, expect, it } from 'vitest';
import { formatIp, parseIp } from '../model/address.ts';
import type { Frontend, FrontendKind } from '../model/frontend.ts';
import type { Vantage, VantageKind } from '../model/vantage.ts';
import { expectFrontend } from './expect-frontend.ts';
import type { Expectation } from './expectation.ts';
import { frontendsOf } from './frontends-of.ts';
import {
  type Sample,
  sampleEndpoint,
  sampleService,
  sampleSlice,
  sampleWorld,
} from './testing/sample-world.ts';
import { vantagesOf } from './vantages-of.ts';

const CLIENTS: Readonly<Record<VantageKind, readonly string[]>> = {
  pod: ['10.244.1.200', '10.244.2.200', '10.244.3.200'],
  node: ['192.168.90.1', '192.168.90.2', '192.168.90.3'],
  external: ['203.0.113.9', '203.0.113.9', '203.0.113.9'],
};

function client(kind: VantageKind, node: 'a' | 'b' | 'c', address?: string): Vantage {
  const text = address ?? CLIENTS[kind]['abc'.indexOf(node)] ?? '';
  return { kind, node: `node-${node}`, address: parseIp(text) ?? 0 };
}

/** The promise of the first frontend of `kind` of the only Service; NodePorts are those of the client's node. */
function promise(sample: Sample, kind: FrontendKind, vantage: Vantage): Expectation {
  const world = sampleWorld(sample);
  const [service] = world.services;
  const frontends = service ? frontendsOf(world, service) : [];
  const frontend = frontends.find(
    (each: Frontend) => each.kind === kind && (each.node ?? vantage.node) === vantage.node,
  );
  if (!frontend) throw new Error(`no frontend ${kind}`);
  return expectFrontend(world, frontend, vantage);
}

const ends = ({ outcome, endpoints, sourceNat }: Expectation): unknown =>
  outcome === 'endpoints'
    ? endpoints.map(({ address }, index) => `${formatIp(address)} ${sourceNat[index]}`)
    : outcome;

const two = [sampleSlice([sampleEndpoint('10.244.1.5', 'node-a'), sampleEndpoint('10.244.2.5', 'node-b')])];
const nodePort = { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] };

describe('a ClusterIP', () => {
  const sample = { services: [sampleService()], slices: two };

  it('keeps the source of pods, and replaces that of nodes and of a pod that reaches itself', () => {
    expect(ends(promise(sample, 'clusterIP', client('pod', 'c')))).toEqual([
      '10.244.1.5 keep',
      '10.244.2.5 keep',
    ]);
    expect(ends(promise(sample, 'clusterIP', client('node', 'a')))).toEqual([
      '10.244.1.5 masquerade',
      '10.244.2.5 masquerade',
    ]);
    expect(ends(promise(sample, 'clusterIP', client('pod', 'a', '10.244.1.5')))).toEqual([
      '10.244.1.5 masquerade',
      '10.244.2.5 keep',
    ]);
  });

  it('replaces every source with masqueradeAll, and promises nothing of nodes where nothing tells local traffic', () => {
    const all = { ...sample, config: { masqueradeAll: true } };
    expect(promise(all, 'clusterIP', client('pod', 'c')).sourceNat).toEqual(['masquerade', 'masquerade']);
    const none = { ...sample, config: { clusterCidrs: [] } };
    expect(promise(none, 'clusterIP', client('pod', 'c')).sourceNat).toEqual(['keep', 'keep']);
    expect(promise(none, 'clusterIP', client('node', 'c')).sourceNat).toEqual(['either', 'either']);
    const assumed = { ...sample, config: { clusterCidrs: [], assumed: ['clusterCidrs'] } };
    expect(promise(assumed, 'clusterIP', client('pod', 'c')).sourceNat).toEqual(['either', 'either']);
  });

  it('refuses without endpoints, and falls back to serving ones that terminate from 1.26 on', () => {
    const draining = sampleEndpoint('10.244.1.5', 'node-a', {
      conditions: { ready: false, serving: true, terminating: true },
    });
    const only = { services: [sampleService()], slices: [sampleSlice([draining])] };
    expect(ends(promise(only, 'clusterIP', client('pod', 'c')))).toEqual(['10.244.1.5 keep']);
    expect(ends(promise({ ...only, release: '1.25' }, 'clusterIP', client('pod', 'c')))).toBe('refuse');
    const none = promise({ ...only, slices: [] }, 'clusterIP', client('pod', 'c'));
    expect([none.outcome, none.deniedBy]).toEqual(['refuse', 'no-endpoints']);
  });

  it('leaves a node without endpoints in silence where internalTrafficPolicy is Local', () => {
    const local = { services: [sampleService({ internalTrafficPolicy: 'Local' })], slices: two };
    expect(ends(promise(local, 'clusterIP', client('pod', 'b')))).toEqual(['10.244.2.5 keep']);
    const away = promise(local, 'clusterIP', client('pod', 'c'));
    expect([away.outcome, away.deniedBy]).toEqual(['drop', 'internalTrafficPolicy']);
    const ipvs = { ...local, mode: 'ipvs' as const };
    expect(promise(ipvs, 'clusterIP', client('pod', 'c')).outcome).toBe('refuse');
    const exposed = { ...ipvs, services: [sampleService({ internalTrafficPolicy: 'Local', ...nodePort })] };
    expect(ends(promise(exposed, 'clusterIP', client('pod', 'c')))).toEqual([
      '10.244.1.5 keep',
      '10.244.2.5 keep',
    ]);
  });

  it('keeps clients in their zone where hints say so, before 1.31 only with the annotation', () => {
    const hinted = (['a', 'b'] as const).map((node, index) =>
      sampleEndpoint(`10.244.${index + 1}.5`, `node-${node}`, {
        hints: { forZones: [{ name: `z${node}` }] },
      }),
    );
    const sample = { services: [sampleService()], slices: [sampleSlice(hinted)] };
    const from = client('pod', 'a');
    expect(ends(promise(sample, 'clusterIP', from))).toEqual(['10.244.1.5 keep']);
    expect(promise({ ...sample, release: '1.30' }, 'clusterIP', from).endpoints).toHaveLength(2);
    const metadata = {
      name: 'web',
      namespace: 'shop',
      annotations: { 'service.kubernetes.io/topology-mode': 'Auto' },
    };
    const asked = { ...sample, release: '1.30', services: [sampleService({}, { metadata })] };
    expect(promise(asked, 'clusterIP', from).endpoints).toHaveLength(1);
  });

  it('takes ports by name from each slice, and affinity from the Service', () => {
    const other = sampleSlice([sampleEndpoint('10.244.3.5', 'node-c')], {
      ports: [{ name: 'http', port: 9090, protocol: 'TCP' }],
    });
    const elsewhere = sampleSlice([sampleEndpoint('10.244.3.6', 'node-c')], {
      ports: [{ name: 'metrics', port: 9999, protocol: 'TCP' }],
    });
    const sticky = sampleService({ sessionAffinity: 'ClientIP' });
    const found = promise(
      { services: [sticky], slices: [...two, other, elsewhere] },
      'clusterIP',
      client('pod', 'c'),
    );
    expect(found.endpoints.map(({ port }) => port)).toEqual([8080, 8080, 9090]);
    expect(found.affinitySeconds).toBe(10_800);
  });

  it('keeps clients for as long as the Service says', () => {
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 600 } };
    const service = sampleService({ sessionAffinity: 'ClientIP', sessionAffinityConfig });
    const found = promise({ services: [service], slices: two }, 'clusterIP', client('pod', 'c'));
    expect(found.affinitySeconds).toBe(600);
  });

  it('takes endpoints that the controller calls ready because of publishNotReadyAddresses, also while they terminate', () => {
    const published = sampleEndpoint('10.244.1.5', 'node-a', {
      conditions: { ready: true, serving: false, terminating: true },
    });
    const service = sampleService({ publishNotReadyAddresses: true });
    const sample = { services: [service], slices: [sampleSlice([published])] };
    expect(ends(promise(sample, 'clusterIP', client('pod', 'c')))).toEqual(['10.244.1.5 keep']);
  });

  it('counts an address in several slices once, and one that terminates only where no other is', () => {
    const draining = { conditions: { ready: false, serving: true, terminating: true } };
    const twice = [
      sampleSlice([sampleEndpoint('10.244.1.5', 'node-a')]),
      sampleSlice([sampleEndpoint('10.244.1.5', 'node-a', draining)]),
    ];
    for (const slices of [twice, twice.toReversed()]) {
      const found = promise({ services: [sampleService()], slices }, 'clusterIP', client('pod', 'c'));
      expect(ends(found)).toEqual(['10.244.1.5 keep']);
    }
  });

  it('follows node hints before zone hints from 1.34 on', () => {
    const hinted = (['a', 'b'] as const).map((node, index) =>
      sampleEndpoint(`10.244.${index + 1}.5`, `node-${node}`, {
        hints: { forZones: [{ name: 'za' }], forNodes: [{ name: `node-${node}` }] },
      }),
    );
    const sample = { services: [sampleService()], slices: [sampleSlice(hinted)] };
    expect(ends(promise(sample, 'clusterIP', client('pod', 'a')))).toEqual(['10.244.1.5 keep']);
    // No endpoint is hinted for the node, and none for its zone.
    expect(promise(sample, 'clusterIP', client('pod', 'c')).endpoints).toHaveLength(2);
    const older = promise({ ...sample, release: '1.33' }, 'clusterIP', client('pod', 'a'));
    expect(older.endpoints).toHaveLength(2);
  });

  it('has no local endpoint for a kube-proxy that goes by another name', () => {
    const sample = { services: [sampleService({ internalTrafficPolicy: 'Local' })], slices: two };
    const misnamed = { ...sample, config: { hostnameOverride: 'other' } };
    expect(promise(sample, 'clusterIP', client('pod', 'a')).outcome).toBe('endpoints');
    expect(promise(misnamed, 'clusterIP', client('pod', 'a')).outcome).toBe('drop');
  });

  it('is nobody’s promise with the label that names another proxy', () => {
    const labels = { 'service.kubernetes.io/service-proxy-name': 'other' };
    const service = sampleService({}, { metadata: { name: 'web', namespace: 'shop', labels } });
    expect(promise({ services: [service], slices: two }, 'clusterIP', client('pod', 'a')).outcome).toBe(
      'not-served',
    );
  });
});

describe('external frontends', () => {
  it('replace the source with policy Cluster', () => {
    const sample = { services: [sampleService(nodePort)], slices: two };
    expect(ends(promise(sample, 'nodePort', client('external', 'c')))).toEqual([
      '10.244.1.5 masquerade',
      '10.244.2.5 masquerade',
    ]);
  });

  it('take local endpoints and keep the source with policy Local; pods and the node itself take all', () => {
    const local = sampleService({ ...nodePort, externalTrafficPolicy: 'Local' });
    const sample = { services: [local], slices: two };
    expect(ends(promise(sample, 'nodePort', client('external', 'a')))).toEqual(['10.244.1.5 keep']);
    const away = promise(sample, 'nodePort', client('external', 'c'));
    expect([away.outcome, away.deniedBy]).toEqual(['drop', 'externalTrafficPolicy']);
    expect(promise(sample, 'nodePort', client('pod', 'c')).sourceNat).toEqual(['keep', 'keep']);
    expect(promise(sample, 'nodePort', client('node', 'c')).sourceNat).toEqual(['masquerade', 'masquerade']);
    const blind = { ...sample, config: { clusterCidrs: [] } };
    expect(promise(blind, 'nodePort', client('pod', 'c')).outcome).toBe('drop');
  });

  it('leave the source to what the answering node takes in itself: it passes no postrouting', () => {
    const hosts = [sampleEndpoint('192.168.90.1', 'node-a'), sampleEndpoint('192.168.90.2', 'node-b')];
    const sample = { services: [sampleService(nodePort)], slices: [sampleSlice(hosts)] };
    expect(promise(sample, 'nodePort', client('external', 'a')).sourceNat).toEqual(['either', 'masquerade']);
    expect(promise(sample, 'nodePort', client('external', 'c')).sourceNat).toEqual([
      'masquerade',
      'masquerade',
    ]);
  });

  it('promise nothing with policy Local on a node that load balancers leave out', () => {
    const local = { externalTrafficPolicy: 'Local', type: 'LoadBalancer' };
    const slices = [sampleSlice([sampleEndpoint('10.244.1.5', 'node-a')])];
    const sample = { services: [sampleService({ ...nodePort, ...local })], slices };
    const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' };
    expect(promise(sample, 'nodePort', client('external', 'c')).outcome).toBe('drop');
    const excluded = { ...sample, labels: { 'node-c': labels } };
    expect(promise(excluded, 'nodePort', client('external', 'c')).outcome).toBe('not-served');
    expect(promise(excluded, 'nodePort', client('external', 'a')).outcome).toBe('endpoints');
    const unready = { ...sample, unready: ['node-c'] };
    expect(promise(unready, 'nodePort', client('external', 'c')).outcome).toBe('not-served');
    expect(promise(unready, 'nodePort', client('external', 'b')).outcome).toBe('drop');
  });

  it('hold load-balancer clients to the source ranges', () => {
    const ranged = sampleService(
      { ...nodePort, type: 'LoadBalancer', loadBalancerSourceRanges: [' 198.51.100.0/25'] },
      { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2', ipMode: 'Proxy' }] } } },
    );
    const sample = { services: [ranged], slices: two };
    const denied = promise(sample, 'loadBalancerIP', client('external', 'a'));
    expect([denied.outcome, denied.deniedBy]).toEqual(['drop', 'loadBalancerSourceRanges']);
    expect(promise(sample, 'loadBalancerIP', client('external', 'a', '198.51.100.9')).outcome).toBe(
      'endpoints',
    );
    expect(promise(sample, 'nodePort', client('external', 'a')).outcome).toBe('endpoints');
    const world = sampleWorld(sample);
    const vips = frontendsOf(world, ranged).filter(({ kind }) => kind === 'loadBalancerIP');
    expect(vips.map(({ address }) => formatIp(address))).toEqual(['192.0.2.1']);
    const outside = vips.flatMap((vip) => vantagesOf(world, vip, { node: 'node-a', isExternal: true }));
    expect(outside.map(({ address }) => formatIp(address))).toEqual(['203.0.113.9', '198.51.100.9']);
  });
});

describe('frontendsOf', () => {
  it('has a NodePort on every node, on the addresses that nodePortAddresses selects', () => {
    const sample = { services: [sampleService(nodePort)] };
    const addresses = (more: Sample): string[] => {
      const world = sampleWorld({ ...sample, ...more });
      return world.services
        .flatMap((service) => frontendsOf(world, service))
        .filter(({ kind }) => kind === 'nodePort')
        .map(({ address, node }) => `${node} ${formatIp(address)}`);
    };
    expect(addresses({ mode: 'nftables' })).toEqual([
      'node-a 192.168.90.1',
      'node-b 192.168.90.2',
      'node-c 192.168.90.3',
    ]);
    expect(addresses({ config: { nodePortAddresses: ['192.168.90.2/32'] } })).toEqual([
      'node-b 192.168.90.2',
    ]);
  });

  it('has the load-balancer IPs of ipMode Proxy only before 1.30, and no external IPs where a gate turns them off', () => {
    const service = sampleService(
      { ...nodePort, type: 'LoadBalancer', externalIPs: ['198.51.100.1'] },
      { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2', ipMode: 'Proxy' }] } } },
    );
    const addresses = (more: Sample): string[] =>
      frontendsOf(sampleWorld({ services: [service], ...more }), service)
        .filter(({ kind }) => kind === 'loadBalancerIP' || kind === 'externalIP')
        .map(({ address }) => formatIp(address));
    expect(addresses({ release: '1.29' })).toEqual(['198.51.100.1', '192.0.2.1', '192.0.2.2']);
    expect(addresses({ release: '1.30' })).toEqual(['198.51.100.1', '192.0.2.1']);
    expect(addresses({ config: { featureGates: { AllowServiceExternalIPs: false } } })).toEqual([
      '192.0.2.1',
    ]);
  });

  it('has one of each family that the Service has a ClusterIP of, and none of a headless Service', () => {
    const dual = sampleService({ clusterIPs: ['10.96.0.7', 'fd00:96::7'], externalIPs: ['198.51.100.1'] });
    expect(
      frontendsOf(sampleWorld(), dual).map(({ kind, address }) => `${kind} ${formatIp(address)}`),
    ).toEqual(['clusterIP 10.96.0.7', 'externalIP 198.51.100.1', 'clusterIP fd00:96::7']);
    expect(frontendsOf(sampleWorld(), sampleService({ clusterIP: 'None', clusterIPs: ['None'] }))).toEqual(
      [],
    );
  });
});
