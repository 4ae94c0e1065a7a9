import fc from '../model/random-fixture.ts';
import { describe, expect, it } from 'vitest';
import { recogniseSource } from '../snapshot/recognise.ts';
import { redactSource } from '../snapshot/redact.ts';
import type { Snapshot, Source } from '../snapshot/snapshot.ts';
import { buildWorld } from './build-world.ts';
import type { World } from './world.ts';

const encoder = new TextEncoder();

/** One sample of each kind of dump, as its tool prints it. */
const samples: Record<string, string> = {
  'objects.json': JSON.stringify({
    kind: 'List',
    items: [
      { kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { clusterIP: '10.96.0.10' } },
      { kind: 'Node', metadata: { name: 'node-a' } },
    ],
  }),
  'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n',
  'iptables-save.txt':
    '*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES\nCOMMIT\n',
  'nft.txt':
    'table ip kube-proxy {\n\tmap service-ips {\n\t\ttype ipv4_addr . inet_proto . inet_service : verdict\n\t}\n\tchain nat-prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tjump services\n\t}\n\tchain services {\n\t\tip daddr 10.96.0.10 tcp dport 80 drop\n\t}\n}\n',
  'ip-addr.txt':
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    inet 192.0.2.10/24 brd 192.0.2.255 scope global eth0\n    inet6 fd00::10/64 scope global\n',
  'ip-route.txt':
    'default via 192.0.2.1 dev eth0 proto static\n10.244.1.0/24 via 192.0.2.11 dev eth0\nlocal 192.0.2.10 dev eth0 table local proto kernel scope host src 192.0.2.10\n',
  'ip-rule.txt': '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n',
  'ip-neigh.txt': '192.0.2.11 dev eth0 lladdr 02:42:ac:12:00:03 REACHABLE\n',
  'hairpin.txt': '/sys/class/net/veth1/brport/hairpin_mode:1\n',
  'sysctl.txt': 'net.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 1\n',
  'conntrack.txt':
    'tcp      6 86399 ESTABLISHED src=10.244.1.2 dst=10.96.0.10 sport=4242 dport=80 src=10.244.1.3 dst=10.244.1.2 sport=8080 dport=4242 [ASSURED] mark=0 use=1\n',
  'ipvsadm.txt':
    'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\nTCP  10.96.0.10:80 rr\n  -> 10.244.1.3:8080              Masq    1      0          0\n',
  'ipset.txt':
    'create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536\nadd KUBE-CLUSTER-IP 10.96.0.10,tcp:80\n',
  'metrics.txt':
    '# HELP kubeproxy_sync_proxy_rules_last_timestamp_seconds x\n# TYPE kubeproxy_sync_proxy_rules_last_timestamp_seconds gauge\nkubeproxy_sync_proxy_rules_last_timestamp_seconds 1.7e+09\n',
};

function sourceOf(path: string, bytes: Uint8Array): Source {
  const whole = `nodes/node-a/${path}`;
  return redactSource({ ...recogniseSource(whole, bytes), path: whole, bytes });
}

function worldOf(sources: readonly Source[]): World {
  const snapshot: Snapshot = { format: 'plumb-snapshot', version: 1, sources, gaps: [] };
  return buildWorld(snapshot);
}

const anySample = fc.constantFrom(...Object.entries(samples));

describe('buildWorld', () => {
  it.each(Object.entries(samples))('reads %s without an issue', (path, text) => {
    expect(worldOf([sourceOf(path, encoder.encode(text))]).issues).toEqual([]);
  });

  it('ends without throwing on any bytes, and says that it read nothing of them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(samples)),
        fc.uint8Array({ maxLength: 400 }),
        (path, bytes) => {
          const source = sourceOf(path, bytes);
          const world = worldOf([source]);
          if (bytes.length > 0 && source.kind === 'unknown') expect(world.gaps.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('ends without throwing on dumps that are cut, mixed with others, or hold any bytes', () => {
    fc.assert(
      fc.property(
        anySample,
        anySample,
        fc.nat(),
        fc.uint8Array({ maxLength: 40 }),
        (first, second, at, noise) => {
          const bytes = encoder.encode(first[1]);
          const head = bytes.subarray(0, at % (bytes.length + 1));
          const mixed = Buffer.concat([head, noise, encoder.encode(second[1])]);
          worldOf([sourceOf(first[0], head), sourceOf(second[0], mixed)]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('says that a YAML list without its end was cut, and does not take it for the whole', () => {
    const text =
      'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:\n    name: web\n  spec:\n';
    const world = worldOf([sourceOf('services.yaml', encoder.encode(text))]);
    expect(world.services).toHaveLength(1);
    expect(world.coverage.get('services')?.isComplete ?? false).toBe(false);
    expect(world.issues).toMatchObject([{ problem: 'is a list that does not end: what follows was cut' }]);
  });

  it.each(Object.entries(samples))('reads %s with CRLF as with LF', (path, text) => {
    const crlf = worldOf([sourceOf(path, encoder.encode(text.replaceAll('\n', '\r\n')))]);
    const lf = worldOf([sourceOf(path, encoder.encode(text))]);
    expect(crlf.issues).toEqual([]);
    const state = (world: World): unknown => {
      const { tables: _tables, ipsets: _ipsets, ...rest } = world.nodeStates.get('node-a') ?? {};
      return rest;
    };
    expect(state(crlf)).toEqual(state(lf));
    expect(crlf.services).toEqual(lf.services);
    expect(crlf.pods).toEqual(lf.pods);
  });

  it.each([
    'ip-route.txt',
    'ip-neigh.txt',
    'conntrack.txt',
    'ipvsadm.txt',
    'ipset.txt',
    'sysctl.txt',
    'hairpin.txt',
  ])('lists the line of %s that is not understood', (path) => {
    const [state] = [worldOf([sourceOf(path, encoder.encode(`${samples[path]}?? what is this\n`))])];
    expect(state?.issues).toMatchObject([{ text: '?? what is this' }]);
  });

  it.each(Object.keys(samples).filter((path) => path !== 'metrics.txt'))(
    'reads a line of two megabytes in %s',
    (path) => {
      const text = `${samples[path]}${'x '.repeat(1_000_000)}\n`;
      const world = worldOf([sourceOf(path, encoder.encode(text))]);
      expect([...world.issues, ...world.gaps].length).toBeGreaterThan(0);
    },
  );
});
