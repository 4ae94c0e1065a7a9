import { describe, expect, test } from 'vitest';
import type { VantageKind } from '../../model/vantage.ts';
import { parseIptables } from '../iptables/parse-iptables.ts';
import { parseIpset } from '../ipvs/parse-ipset.ts';
import { parseIpvsadm } from '../ipvs/parse-ipvsadm.ts';
import type { NodeState } from '../node-state.ts';
import { ip, network, node, vantage } from './testing/hand-made.ts';
import type { Outcome } from './trace.ts';
import { walk } from './walk.ts';

// What kube-proxy writes in IPVS mode for one Service, 10.96.0.5:80 and NodePort 30080, with an endpoint on each node.
// *Source:* kubernetes v1.30 pkg/proxy/ipvs/proxier.go.
const RULES = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-LOAD-BALANCER - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODE-PORT - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-LOAD-BALANCER -j KUBE-MARK-MASQ
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-NODE-PORT -p tcp -m comment --comment "Kubernetes nodeport TCP port for masquerade purpose" -m set --match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ
-A KUBE-POSTROUTING -m comment --comment "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose" -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN
-A KUBE-SERVICES ! -s 10.244.0.0/16 -m comment --comment "Kubernetes service cluster ip + port for masquerade purpose" -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT
-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-IPVS-FILTER - [0:0]
:KUBE-NODE-PORT - [0:0]
-A INPUT -m comment --comment "kubernetes ipvs access filter" -j KUBE-IPVS-FILTER
-A INPUT -m comment --comment "kubernetes health check rules" -j KUBE-NODE-PORT
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A KUBE-IPVS-FILTER -m set --match-set KUBE-CLUSTER-IP dst,dst -j RETURN
-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -m set --match-set KUBE-IPVS-IPS dst -j REJECT --reject-with icmp-port-unreachable
COMMIT
`;

const SETS = `create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536
add KUBE-CLUSTER-IP 10.96.0.5,tcp:80
create KUBE-LOOP-BACK hash:ip,port,ip family inet hashsize 1024 maxelem 65536
add KUBE-LOOP-BACK 10.244.1.5,tcp:8080,10.244.1.5
create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
add KUBE-NODE-PORT-TCP 30080
create KUBE-IPVS-IPS hash:ip family inet hashsize 1024 maxelem 65536
add KUBE-IPVS-IPS 10.96.0.5
`;

const SERVERS = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.5:80 rr
  -> 10.244.1.5:8080              Masq    1      0          0
  -> 10.244.2.5:8080              Masq    1      0          0
TCP  192.168.90.11:30080 rr
  -> 10.244.1.5:8080              Masq    1      0          0
  -> 10.244.2.5:8080              Masq    1      0          0
`;

const source = (path: string, text: string): { path: string; bytes: Uint8Array } => ({
  path,
  bytes: new TextEncoder().encode(text),
});

function ipvsNode(sets: string = SETS, servers: string = SERVERS, text: string = RULES): NodeState {
  const rules = parseIptables(source('iptables-save.txt', text));
  expect(rules.issues).toEqual([]);
  const first = node(1, rules.tables, [2], {
    ipvs: parseIpvsadm(source('ipvsadm.txt', servers)).items,
    ipsets: new Map(parseIpset(source('ipset.txt', sets)).items.map((set) => [set.name, set])),
  });
  const dummy = {
    index: 9,
    name: 'kube-ipvs0',
    kind: 'dummy',
    isUp: false,
    isLoopback: false,
    isPromiscuous: false,
    addresses: [{ address: ip('10.96.0.5'), prefix: 32, scope: 'global' }],
  };
  return { ...first, links: [...(first.links ?? []), dummy] };
}

const PODS = { '10.244.1.2': 'shop/client', '10.244.1.5': 'shop/web-1', '10.244.2.5': 'shop/web-2' };

function dial(
  kind: VantageKind,
  from: string,
  to: string,
  port: number,
  first = ipvsNode(),
): readonly Outcome[] {
  return walk(network([first, node(2, [], [1])], PODS), vantage(kind, 1, from), {
    source: ip(from),
    destination: ip(to),
    destinationPort: port,
    protocol: 6,
  }).outcomes;
}

function told(outcomes: readonly Outcome[]): unknown[] {
  return outcomes.map(({ result, pod, sourceNat, replyReturns, probability }) => [
    result,
    pod,
    sourceNat,
    replyReturns,
    ...probability,
  ]);
}

describe('kube-proxy in IPVS mode', () => {
  test('a pod keeps its address', () => {
    expect(told(dial('pod', '10.244.1.2', '10.96.0.5', 80))).toEqual([
      ['delivered', 'shop/web-1', 'none', true, 0.5, 0.5],
      ['delivered', 'shop/web-2', 'none', true, 0.5, 0.5],
    ]);
  });

  test('an endpoint that calls itself is masqueraded by the set of loops, and only then', () => {
    expect(told(dial('pod', '10.244.1.5', '10.96.0.5', 80))).toEqual([
      ['delivered', 'shop/web-1', 'masquerade', true, 0.5, 0.5],
      ['delivered', 'shop/web-2', 'none', true, 0.5, 0.5],
    ]);
    const gone = ipvsNode(SETS.replace('add KUBE-LOOP-BACK 10.244.1.5,tcp:8080,10.244.1.5\n', ''));
    expect(told(dial('pod', '10.244.1.5', '10.96.0.5', 80, gone))[0]).toEqual([
      'delivered',
      'shop/web-1',
      'none',
      false,
      0.5,
      0.5,
    ]);
  });

  test('the node itself, and a client outside at the NodePort, are masqueraded', () => {
    for (const [kind, from, to, port] of [
      ['node', '192.168.90.11', '10.96.0.5', 80],
      ['external', '203.0.113.9', '192.168.90.11', 30080],
    ] as const) {
      expect(told(dial(kind, from, to, port))).toEqual([
        ['delivered', 'shop/web-1', 'masquerade', true, 0.5, 0.5],
        ['delivered', 'shop/web-2', 'masquerade', true, 0.5, 0.5],
      ]);
    }
  });

  test('another port of the address is refused by the access filter', () => {
    expect(dial('pod', '10.244.1.2', '10.96.0.5', 81)[0]).toMatchObject({
      result: 'rejected',
      decidedBy: { chain: 'KUBE-IPVS-FILTER' },
    });
  });

  test('a set of frontends is not about a reply to a port that the client got', () => {
    const wall = '-A INPUT -m set --match-set WALL dst,dst -j DROP\n';
    const rules = RULES.replace('-A INPUT -m comment', `${wall}-A INPUT -m comment`);
    const wallOf = (ports: readonly number[]): string =>
      [
        `${SETS}create WALL hash:ip,port family inet hashsize 1024 maxelem 65536`,
        ...ports.map((port) => `add WALL 10.96.0.5,tcp:${port}`),
        '',
      ].join('\n');
    const replies = (ports: readonly number[]): unknown[] =>
      dial('node', '10.96.0.5', '10.96.0.5', 80, ipvsNode(wallOf(ports), SERVERS, rules)).map(
        ({ replyReturns }) => replyReturns,
      );
    expect(replies([80])).toEqual([true, true]);
    expect(replies(Array.from({ length: 65_535 }, (_, at) => at + 1))).toEqual([false, false]);
  });

  test.each(['Route', 'Tunnel'])(
    'servers behind %s have the virtual address: what they do is not known',
    (how) => {
      const outcomes = dial(
        'pod',
        '10.244.1.2',
        '10.96.0.5',
        80,
        ipvsNode(SETS, SERVERS.replaceAll('Masq', how)),
      );
      expect(outcomes.every(({ result, unknowns }) => result === 'unknown' && unknowns.length === 1)).toBe(
        true,
      );
    },
  );

  test('a set that was not read leaves open what it decides', () => {
    const blind: NodeState = { ...ipvsNode(), ipsets: new Map() };
    const outcomes = dial('pod', '10.244.1.2', '10.96.0.5', 80, blind);
    expect(outcomes.some(({ probability: [min, max] }) => min !== max)).toBe(true);
    expect(outcomes.every(({ unknowns }) => unknowns.length > 0)).toBe(true);
  });
});
