import { describe, expect, it } from 'vitest';
import type { NodeState } from '../dataplane/node-state.ts';
import { parseIpRoute } from '../dataplane/routes/parse-ip-route.ts';
import type { Link } from '../dataplane/routes/routes.ts';
import type { Table } from '../dataplane/ruleset/ruleset.ts';
import { parseIptables } from '../dataplane/iptables/parse-iptables.ts';
import { withoutRules } from '../world/repair/node-state.ts';
import type { KubeProxyState, ProxyMode } from '../world/kube-proxy-state.ts';
import type { EndpointSlice, Service, SliceEndpoint } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import { viewProxy, viewServicePorts } from '../kubeproxy/view-service-ports.ts';
import { writeIptables } from '../kubeproxy/write-iptables.ts';
import {
  type Sample,
  sampleEndpoint,
  sampleNodes,
  samplePod,
  sampleService,
  sampleSlice,
  sampleWorld,
} from '../intent/testing/sample-world.ts';
import type { Verification } from './discrepancy.ts';
import { verifyService } from './verify-service.ts';

const pods = [
  samplePod('web-10-244-1-5', 'node-a', '10.244.1.5'),
  samplePod('web-10-244-2-5', 'node-b', '10.244.2.5'),
];
const slices = [
  sampleSlice([sampleEndpoint('10.244.1.5', 'node-a'), sampleEndpoint('10.244.2.5', 'node-b')]),
];

/** A world whose nodes hold what kube-proxy writes for `programmed`, each line of which `edit` may change. */
function programmed(
  sample: Sample,
  edit: (line: string, node: string) => string | undefined = (line) => line,
  asOf: Pick<Sample, 'services' | 'slices'> = {},
): World {
  const world = sampleWorld({ pods, ...sample });
  const before = sampleWorld({ pods, ...sample, ...asOf });
  const states = sampleNodes.map((node) => {
    const proxy = before.kubeProxies.get(node) as KubeProxyState;
    const own = before.nodes.find(({ metadata }) => metadata.name === node);
    const view = viewProxy(before, own, node, proxy.config, 'IPv4');
    const text = writeIptables(viewServicePorts(before, node, 'IPv4'), view)
      .split('\n')
      .flatMap((line) => edit(line, node) ?? []);
    const bytes = new TextEncoder().encode(text.join('\n'));
    const { tables } = parseIptables({ path: `nodes/${node}/iptables-save.txt`, bytes });
    return [node, kernelOf(node, tables)] as const;
  });
  const nodeStates = new Map(states);
  return { ...world, nodeStates, network: { ...world.network, nodes: nodeStates } };
}

/** A node with a bridge that gives frames back, routes to the other nodes' pods and nothing else. */
function kernelOf(node: string, tables: readonly Table[]): NodeState {
  const number = sampleNodes.findIndex((name) => name === node) + 1;
  const others = [1, 2, 3].filter((each) => each !== number);
  const text = [
    'default via 192.168.90.254 dev eth0',
    `10.244.${number}.0/24 dev cni0 proto kernel scope link src 10.244.${number}.1`,
    ...others.map((each) => `10.244.${each}.0/24 via 192.168.90.${each} dev eth0`),
    `192.168.90.0/24 dev eth0 proto kernel scope link src 192.168.90.${number}`,
    `local 192.168.90.${number} dev eth0 table local proto kernel scope host src 192.168.90.${number}`,
    `local 10.244.${number}.1 dev cni0 table local proto kernel scope host src 10.244.${number}.1`,
    'local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1',
  ].join('\n');
  const link = (index: number, name: string, more: Partial<Link> = {}): Link => ({
    index,
    name,
    isUp: true,
    isLoopback: false,
    isPromiscuous: false,
    addresses: [],
    ...more,
  });
  return {
    name: node,
    tables,
    hasRules: { ip: true, ip6: false },
    ipsets: new Map(),
    routes: parseIpRoute({ path: 'ip-route', bytes: new TextEncoder().encode(text) }).items,
    links: [link(1, 'eth0'), link(2, 'cni0', { kind: 'bridge', isPromiscuous: true })],
    sysctls: new Map([
      ['net.ipv4.ip_forward', '1'],
      ['net.bridge.bridge-nf-call-iptables', '1'],
    ]),
  };
}

function verify(world: World, service: Service): Verification[] {
  return verifyService(world, service).filter(({ expectation }) => expectation.outcome !== 'not-served');
}

/** Kinds of discrepancy by node, each once. */
function kinds(verifications: readonly Verification[]): string[] {
  const all = verifications.flatMap(({ discrepancies }) => discrepancies);
  return [...new Set(all.map(({ kind, node }) => `${kind} ${node}`))].sort();
}

const web = sampleService();
const nodePort = sampleService(
  {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    ports: [{ name: 'http', port: 80, nodePort: 30080 }],
  },
  { status: { loadBalancer: { ingress: [{ ip: '192.0.2.77' }] } } },
);

describe('a cluster as kube-proxy leaves it', () => {
  it.each([
    ['ClusterIP', web, slices],
    ['load balancer with policy Local', nodePort, slices],
    ['ClusterIP with affinity', sampleService({ sessionAffinity: 'ClientIP' }), slices],
    ['ClusterIP without endpoints', web, []],
    ['load balancer without endpoints', nodePort, []],
    ['internal policy Local', sampleService({ internalTrafficPolicy: 'Local' }), slices],
  ] satisfies [string, Service, EndpointSlice[]][])('keeps its promise: %s', (_, service, its) => {
    const verifications = verify(programmed({ services: [service], slices: its }), service);
    expect(verifications.flatMap(({ discrepancies }) => discrepancies.map(({ summary }) => summary))).toEqual(
      [],
    );
    expect(verifications.length).toBeGreaterThanOrEqual(6);
    const served = verifications.filter(({ expectation }) => expectation.outcome === 'endpoints');
    expect(served.every(({ works }) => works[0] === 1 && works[1] === 1)).toBe(true);
  });
});

describe('a node whose rules differ', () => {
  const on = (node: string, change: (line: string) => string | undefined) => (line: string, where: string) =>
    where === node ? change(line) : line;
  const without = (pattern: RegExp) => (line: string) => (pattern.test(line) ? undefined : line);
  const differing = (change: (line: string) => string | undefined, service = web): Verification[] =>
    verify(programmed({ services: [service], slices }, on('node-b', change)), service);

  it('misses the frontend without its entry, and names the chain', () => {
    const found = differing(without(/cluster IP" .* -j KUBE-SVC-/));
    expect(kinds(found)).toEqual(['frontend-missing node-b']);
    const [first] = found.flatMap(({ discrepancies }) => discrepancies);
    expect([first?.at?.chain, first?.at?.rule]).toEqual(['KUBE-SERVICES', 'no rule for 10.96.0.7 tcp 80']);
    expect(
      found
        .filter(({ works }) => works[1] < 1)
        .every(({ expectation }) => expectation.vantage.node === 'node-b'),
    ).toBe(true);
  });

  it('misses an endpoint without its branch or its DNAT, and names the chain that lacks it', () => {
    const branch = differing(without(/-> 10\.244\.1\.5/));
    expect(kinds(branch)).toEqual(['endpoint-missing node-b']);
    expect(branch.flatMap(({ discrepancies }) => discrepancies)[0]?.at?.chain).toMatch(/^KUBE-SVC-/);
    const dnat = differing(without(/DNAT --to-destination 10\.244\.1\.5/));
    expect(dnat.flatMap(({ discrepancies }) => discrepancies)[0]?.at?.chain).toMatch(/^KUBE-SEP-/);
  });

  it('sends to an endpoint that is gone', () => {
    const asOf = { slices: [sampleSlice([sampleEndpoint('10.244.1.99', 'node-a')])] };
    const stale = programmed({ services: [web], slices }, undefined, asOf);
    expect(kinds(verify(stale, web))).toContain('endpoint-stale node-b');
    expect(verify(stale, web)[0]?.works).toEqual([0, 0]);
  });

  it('sends to endpoints that hints keep for clients elsewhere, which answer', () => {
    const hinted = (zones: readonly string[]): SliceEndpoint[] =>
      zones.map((zone, index) =>
        sampleEndpoint(`10.244.${index + 1}.5`, `node-${'ab'[index]}`, {
          hints: { forZones: [{ name: zone }] },
        }),
      );
    const asOf = {
      slices: [sampleSlice([sampleEndpoint('10.244.1.5', 'node-a'), sampleEndpoint('10.244.2.5', 'node-b')])],
    };
    const found = verify(
      programmed({ services: [web], slices: [sampleSlice(hinted(['za', 'zb']))] }, undefined, asOf),
      web,
    );
    expect(kinds(found)).toContain('hints-ignored node-b');
    expect(found.map(({ works }) => works)).toEqual(found.map(() => [1, 1]));
  });

  it('spreads unevenly', () => {
    const found = differing((line) => line.replace('--probability 0.5', '--probability 0.9'));
    expect(kinds(found)).toEqual(['weight-wrong node-b']);
    expect(found.every(({ works }) => works[0] === 1)).toBe(true);
  });

  it('refuses what is ready, and forwards what has nobody', () => {
    const none = { slices: [] };
    expect(kinds(verify(programmed({ services: [web], slices }, undefined, none), web))).toContain(
      'refused-although-ready node-b',
    );
    expect(kinds(verify(programmed({ services: [web], slices: [] }, undefined, { slices }), web))).toContain(
      'forwarded-although-none node-b',
    );
  });

  it('keeps or replaces the source against the promise', () => {
    expect(kinds(differing(without(/! -s 10\.244\.0\.0\/16/)))).toEqual(['masquerade-missing node-b']);
    const always = differing((line) => line.replace('! -s 10.244.0.0/16 ', ''));
    expect(kinds(always)).toEqual(['masquerade-unwanted node-b']);
  });

  it('forgets clients that it should keep at their endpoint', () => {
    const sticky = sampleService({ sessionAffinity: 'ClientIP' });
    expect(kinds(differing(without(/--rcheck/), sticky))).toEqual(['affinity-missing node-b']);
    expect(kinds(differing((line) => line.replace(' --seconds 10800', ' --seconds 60'), sticky))).toEqual([
      'affinity-missing node-b',
    ]);
  });

  it('tells of an endpoint that the rules do not have nothing but that', () => {
    const sticky = sampleService({ sessionAffinity: 'ClientIP' });
    const asOf = { slices: [sampleSlice([sampleEndpoint('10.244.2.5', 'node-b')])] };
    const late = verify(programmed({ services: [sticky], slices }, undefined, asOf), sticky);
    expect(new Set(kinds(late).map((kind) => kind.split(' ')[0]))).toEqual(new Set(['endpoint-missing']));
  });

  it('keeps clients at their endpoint although nobody asks for it', () => {
    const remembers = differing((line) =>
      line
        .replace(/(-A KUBE-SEP-\S+) (-p tcp .*-j DNAT)/, '$1 -m recent --set --name $1 --rsource $2')
        .replace('--name -A ', '--name '),
    );
    expect(kinds(remembers)).toEqual(['affinity-unwanted node-b']);
  });

  it('drops or redirects by somebody else’s rule, at the node where that rule stands', () => {
    const rule = '-A FORWARD -d 10.244.2.5/32 -p tcp -m tcp --dport 8080 -j DROP';
    const world = programmed({ services: [web], slices }, (line, node) =>
      node === 'node-b' && /^-A FORWARD .*-j KUBE-FORWARD$/.test(line) ? `${rule}\n${line}` : line,
    );
    const found = verify(world, web);
    expect(kinds(found)).toEqual(['dropped node-b']);
    expect(found.some(({ expectation }) => expectation.vantage.node === 'node-a')).toBe(true);
    const [first] = found.flatMap(({ discrepancies }) => discrepancies);
    expect(first?.owner).toBe('unknown');
    expect(kinds(verify(withoutRules(world, first?.at ? [first.at] : []), web))).toEqual([]);
    const redirect = '-A PREROUTING -d 10.96.0.7/32 -p tcp -j DNAT --to-destination 10.244.1.200:80';
    const hijacked = programmed({ services: [web], slices }, (line, node) =>
      node === 'node-c' && line.startsWith('-A PREROUTING') ? `${redirect}\n${line}` : line,
    );
    expect(kinds(verify(hijacked, web))).toEqual(['shadowed node-c']);
  });
});

describe('a node that was not read', () => {
  const withoutNodeB = (edit: (line: string) => string | undefined): World => {
    const world = programmed(
      { services: [web], slices: [sampleSlice([sampleEndpoint('10.244.2.5', 'node-b')])] },
      edit,
    );
    const nodeStates = new Map(world.nodeStates);
    nodeStates.delete('node-b');
    return { ...world, nodeStates, network: { ...world.network, nodes: nodeStates } };
  };
  const ofNodeC = (world: World, service = web): Verification[] =>
    verify(world, service).filter(({ expectation }) => expectation.vantage.node === 'node-c');

  it('hides nothing of what other nodes send to its pods', () => {
    const astray = withoutNodeB((line) =>
      line.replace('--to-destination 10.244.2.5:8080', '--to-destination 10.244.2.5:1'),
    );
    expect(kinds(ofNodeC(astray))).toEqual(
      expect.arrayContaining(['endpoint-missing node-c', 'endpoint-stale node-c']),
    );
    expect(ofNodeC(astray).map(({ works }) => works)).toEqual(ofNodeC(astray).map(() => [0, 0]));
  });

  it('hides no source that is kept, although the reply needs it replaced', () => {
    const kept = withoutNodeB((line) => (/^-A KUBE-POSTROUTING.*MASQUERADE/.test(line) ? undefined : line));
    expect(kinds(ofNodeC(kept))).toContain('masquerade-missing node-c');
    expect(kinds(ofNodeC(withoutNodeB((line) => line)))).toEqual(['cannot-tell node-c']);
  });

  it('is open, never healthy', () => {
    const world = programmed({ services: [web], slices });
    const nodeStates = new Map(world.nodeStates);
    nodeStates.delete('node-c');
    const blind = { ...world, nodeStates, network: { ...world.network, nodes: nodeStates } };
    const open = verify(blind, web).filter(({ expectation }) => expectation.vantage.node === 'node-c');
    expect(open.map(({ works }) => works)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(kinds(open)).toEqual(['cannot-tell node-c']);
    const unread = { ...world, coverage: new Map() };
    expect(verify(unread, web).every(({ works }) => works[0] === 0 && works[1] === 1)).toBe(true);
  });
});

describe('lag', () => {
  it('is a difference younger than the sync period of a kube-proxy that has not synced since', () => {
    const changed = slices.map((slice) => ({
      ...slice,
      metadata: {
        ...slice.metadata,
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z' },
      },
    }));
    const synced = Date.parse('2026-01-01T00:00:00Z') / 1000;
    const at = (
      readAt: string,
      lastSync: number,
      text = '',
      mode: ProxyMode = 'iptables',
    ): (boolean | undefined)[] => {
      const samples = [
        { name: 'kubeproxy_sync_proxy_rules_last_timestamp_seconds', labels: {}, value: lastSync },
      ];
      const proxy = { readAt, metrics: { source: 'metrics', samples }, log: { source: 'log', text } };
      const written = programmed({ services: [web], slices: changed, proxy }, undefined, { slices: [] });
      const runs = [...written.kubeProxies].map(
        ([node, state]) => [node, { ...state, config: { ...state.config, mode } }] as const,
      );
      const world = { ...written, kubeProxies: new Map(runs) };
      return verify(world, web).flatMap(({ discrepancies }) => discrepancies.map(({ isLag }) => isLag));
    };
    expect(new Set(at('2026-01-01T00:00:05Z', synced - 60))).toEqual(new Set([true]));
    expect(new Set(at('2026-01-01T00:00:05Z', synced + 4))).toEqual(new Set([undefined]));
    expect(new Set(at('2026-01-01T00:10:00Z', synced - 60))).toEqual(new Set([undefined]));
    // Rules that a former mode left are written by nobody.
    expect(new Set(at('2026-01-01T00:00:05Z', synced - 60, '', 'nftables'))).toEqual(new Set([undefined]));
    const failed = (when: string, family: string): string =>
      `I${when} 1 proxier.go:660] "Sync failed" ipFamily="${family}" retryingTime="30s"`;
    const told = (text: string) => new Set(at('2026-01-01T00:00:05Z', synced - 60, text));
    expect(told(failed('0101 00:00:04.369071', 'IPv4'))).toEqual(new Set([undefined]));
    expect(told('{"ts":1767225604369.1,"msg":"Sync failed"}')).toEqual(new Set([undefined]));
    // Of the other family, before the last success, and by a clock of another zone.
    expect(told(failed('0101 00:00:04.369071', 'IPv6'))).toEqual(new Set([true]));
    expect(told(failed('1231 23:00:04.369071', 'IPv4'))).toEqual(new Set([true]));
    expect(told(failed('0101 02:00:04.369071', 'IPv4'))).toEqual(new Set([true]));
  });
});
