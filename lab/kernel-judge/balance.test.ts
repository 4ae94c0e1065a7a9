import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Frontend } from './frontend.ts';
import { clearRules, countsOf, outcomesOf, readLoaded } from './judge.ts';
import { JudgeNetwork } from './judge-network.ts';

const CONNECTIONS = 2000;
const PACKET = {
  source: '198.18.0.1',
  destination: '10.96.0.1',
  destinationPort: 80,
  protocol: 'udp',
} as const;
const ENDPOINTS = [1, 2, 3, 4, 5];
// 0.9999 quantile of chi-square with four degrees of freedom: one run in ten thousand fails by chance.
const CRITICAL = 23.51;

// What kube-proxy writes for one Service of five endpoints: each rule takes 1/(n - i) of what reaches it.
const IPTABLES = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
${ENDPOINTS.map((i) => `:KUBE-SEP-${i} - [0:0]`).join('\n')}
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.1/32 -p udp -m udp --dport 80 -j KUBE-SVC-A
${ENDPOINTS.map((i) => `-A KUBE-SVC-A ${i < 5 ? `-m statistic --mode random --probability ${(1 / (6 - i)).toFixed(10)} ` : ''}-j KUBE-SEP-${i}`).join('\n')}
${ENDPOINTS.map((i) => `-A KUBE-SEP-${i} -p udp -m udp -j DNAT --to-destination 203.0.113.${i}:8080`).join('\n')}
COMMIT
`;

const NFT = `table ip kube-proxy {
  map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 10.96.0.1 . udp . 80 : goto service-A } }
${ENDPOINTS.map((i) => `  chain endpoint-${i} { meta l4proto udp counter dnat to 203.0.113.${i}:8080; }`).join('\n')}
  chain service-A { numgen random mod 5 vmap { ${ENDPOINTS.map((i) => `${i - 1} : goto endpoint-${i}`).join(', ')} }; }
  chain nat-prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr . meta l4proto . th dport vmap @service-ips
  }
}
`;

let judge: JudgeNetwork | undefined;

beforeAll(() => {
  judge = new JudgeNetwork();
});
afterAll(() => {
  judge?.close();
});

test.each<[Frontend, string, string]>([
  ['iptables-nft', IPTABLES, 'iptables-nft-restore'],
  ['iptables-legacy', IPTABLES, 'iptables-legacy-restore'],
  ['nft', NFT, 'nft'],
])(
  '%s: endpoints are chosen as often as the walk says',
  { timeout: 120_000 },
  async (frontend, rules, tool) => {
    if (judge === undefined) throw new Error('no namespaces');
    judge.feed(rules, tool, ...(tool === 'nft' ? ['-f', '-'] : []));
    const loaded = readLoaded(judge, frontend);
    const outcomes = outcomesOf(loaded, PACKET, 4000);
    expect(outcomes).toHaveLength(ENDPOINTS.length);
    for (let i = 0; i < CONNECTIONS; i++) await judge.send(PACKET, judge.freshPort());
    const counts = countsOf(readLoaded(judge, frontend).dump);
    let chiSquare = 0;
    let seen = 0;
    for (const { probability, decidedBy } of outcomes) {
      const observed = counts[(decidedBy?.line ?? 0) - 1] ?? 0;
      const expected = probability[0] * CONNECTIONS;
      seen += observed;
      chiSquare += (observed - expected) ** 2 / expected;
    }
    clearRules(judge, frontend);
    expect(seen).toBe(CONNECTIONS);
    expect(chiSquare).toBeLessThan(CRITICAL);
  },
);
