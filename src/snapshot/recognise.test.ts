import fc from '../model/random-fixture.ts';
import { describe, expect, it } from 'vitest';
import { recogniseSource } from './recognise.ts';

const kindOf = (text: string, path = 'file.txt') =>
  recogniseSource(path, new TextEncoder().encode(text)).kind;

describe('recogniseSource', () => {
  it.each([
    ['*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n', 'iptables-save'],
    ['-P INPUT ACCEPT\n-A INPUT -j DROP\n', 'iptables-list-rules'],
    ['# iptables -t nat -S\n-P PREROUTING ACCEPT\n-N KUBE-MARK-MASQ\n', 'iptables-list-rules'],
    ['Chain INPUT (policy ACCEPT)\ntarget prot opt source destination\n', 'iptables-list'],
    ['table ip filter {\n}\n', 'nft-text'],
    ['add table ip kube-proxy\n', 'nft-text'],
    ['{"nftables": [{"metainfo": {}}]}', 'nft-json'],
    ['IP Virtual Server version 1.2.1 (size=4096)\n', 'ipvsadm-list'],
    ['IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n', 'ipvsadm-list'],
    [
      'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port      Weight    PersistConn\n',
      'note',
    ],
    ['-A -t 10.96.0.1:443 -s rr\n', 'ipvsadm-save'],
    ['create X hash:ip family inet\n', 'ipset-save'],
    ['Name: X\nType: hash:ip\n', 'ipset-list'],
    ['1: lo: <LOOPBACK,UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n', 'ip-addr'],
    ['[{"ifindex":1,"ifname":"lo","flags":[],"link_type":"loopback"}]', 'ip-link'],
    ['default via 192.0.2.1 dev eth0 \n', 'ip-route'],
    ['0:\tfrom all lookup local\n', 'ip-rule'],
    ['192.0.2.1 dev eth0 lladdr 00:00:5e:00:53:01 REACHABLE\n', 'ip-neigh'],
    ['/sys/class/net/veth1/brport/hairpin_mode:1\n', 'hairpin-mode'],
    ['net.ipv4.ip_forward = 1\n', 'sysctl'],
    ['/proc/sys/net/ipv4/ip_forward:1\n', 'sysctl'],
    [
      'udp      17 29 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1\n',
      'conntrack',
    ],
    [
      'cpu=0   \tfound=0 invalid=126 insert=0 insert_failed=0 drop=27 early_drop=0 error=0 search_restart=0 clash_resolve=0 chaintoolong=0 \n',
      'conntrack-counters',
    ],
    [
      'entries  allocs   destroys hash_grows lookups  hits     res_failed\n00000012 000007e7\n',
      'neighbour-counters',
    ],
    ['nftables', 'kube-proxy-mode'],
    ['HTTP/1.1 200 OK\n\n{"lastUpdated":"x"}', 'kube-proxy-healthz'],
    ['{"kubeproxy.config.k8s.io":{}}', 'kube-proxy-configz'],
    ['nameserver 10.96.0.10\nsearch a.b\n', 'resolv-conf'],
    ['tcp   LISTEN 0      4096       127.0.0.1:10248      0.0.0.0:*          \n', 'sockets'],
    ['LISTEN 0      4096               *:10250            *:*\n', 'sockets'],
    ['.:53 {\n    errors\n}\n', 'corefile'],
    ['apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n', 'kubernetes'],
    ['\uFEFF{"kind":"List","items":[]}', 'kubernetes'],
    ['\n  \n', 'empty'],
    ['{"schema": "plumb/dns-answers/v1", "items": []}', 'dns-answers'],
    ['{"schema":"plumb/probes/v1","items":[{"kind":"x"}]}', 'probe-results'],
    ['lorem ipsum dolor', 'unknown'],
  ])('%j', (text, kind) => {
    expect(kindOf(text)).toBe(kind);
    expect(kindOf(text.replaceAll('\n', '\r\n'))).toBe(kind);
  });

  it.each([
    ['net.ipv4.ip_forward = 0\n', 'r/etc/sysctl.d/9.conf', 'note'],
    ['net.ipv4.ip_forward = 0\n', 'nodes/etc.txt', 'sysctl'],
    ['*nat\nCOMMIT\n', 'etc/sysconfig/iptables', 'note'],
    ['*nat\nCOMMIT\n', 'sos_commands/networking/namespaces/a/ip_netns_exec_a_iptables-save', 'note'],
    ['nameserver 10.96.0.10\n', 'etc/resolv.conf', 'resolv-conf'],
    ['#!/usr/sbin/nft -f\nflush ruleset\ntable inet filter {\n}\n', 'nodes/a/nftables.conf', 'note'],
  ])('%j at %s is %s', (text, path, kind) => {
    expect(kindOf(text, path)).toBe(kind);
  });

  it('takes node and pod from the path', () => {
    expect(recogniseSource('x/nodes/node-a/a.txt', new Uint8Array())).toMatchObject({ node: 'node-a' });
    for (const path of ['pods/shop_client/resolv.conf', 'pods/shop_client.resolv.conf'])
      expect(recogniseSource(path, new TextEncoder().encode('nameserver 10.96.0.10\n'))).toEqual({
        kind: 'resolv-conf',
        pod: 'shop/client',
      });
    expect(recogniseSource('pods/kube-system_coredns-1.log', new TextEncoder().encode('x'))).toMatchObject({
      pod: 'kube-system/coredns-1',
      kind: 'coredns-log',
    });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void recogniseSource('f', bytes)));
  });
});
