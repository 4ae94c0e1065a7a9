import { describe } from 'vitest';
import { node, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { insertionsFail } from './insertions-fail.ts';

const counters = (failed: number): string =>
  `cpu=0   \tfound=986 invalid=89035 insert=0 insert_failed=${failed} drop=${failed} early_drop=0 error=1 search_restart=23 clash_resolve=77 chaintoolong=0 \n`;
// As iptables prints kube-proxy's chain, with iptables before and after 1.6.2.
const chain = (how: string): string =>
  `# Warning: iptables-legacy tables present, use iptables-legacy to see them\nChain KUBE-POSTROUTING (1 references)\n pkts bytes target     prot opt in     out     source               destination\n    0     0 MASQUERADE  all  --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes service traffic requiring SNAT */ mark match 0x4000/0x4000${how}\n`;
const seen = (failed: number, kernel: string, how: string) => ({
  ...webCluster,
  nodes: [node({ nodeInfo: { kernelVersion: kernel } })],
  files: {
    'nodes/node-a/notes/conntrack-counters.txt': counters(failed),
    'nodes/node-a/iptables-nat.txt': chain(how),
  },
});

describe('node/insertions-fail, ports that are not random', () => {
  proveCheck(insertionsFail, {
    healthy: seen(5, '5.15.0-1111-azure', ' random-fully'),
    broken: seen(5, '5.15.0-1111-azure', ''),
    problem: {
      severity: 'info',
      node: 'node-a',
      faults: ['C02'],
      summary: /^node-a dropped 5 packets since it started .* masquerades without random ports/,
    },
    blind: webCluster,
  });
});

describe('node/insertions-fail, an old kernel', () => {
  proveCheck(insertionsFail, {
    healthy: seen(0, '4.19.0-10-amd64', ''),
    broken: seen(5, '4.19.0-10-amd64', ' random-fully'),
    problem: { severity: 'info', faults: ['D12'], summary: /Linux 4\.19\.0 drops one of two lookups/ },
    blind: webCluster,
  });
});
