import { describe } from 'vitest';
import { promise, verified } from '../../verify/verification-fixture.ts';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { listingsAgree } from './listings-agree.ts';

const CHAIN = 'service-KHN6ECMT-shop/web/tcp/http';

const text = `table ip kube-proxy {
	set cluster-ips {
		type ipv4_addr
		elements = { 10.96.0.7 }
	}

	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.0.7 . tcp . 80 : goto ${CHAIN} }
	}

	chain nat-prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump services
	}

	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}

	chain ${CHAIN} {
		meta l4proto tcp dnat ip to numgen random mod 1 map { 0 : 10.244.1.9 . 8080 }
	}
}
`;

/** What nft 1.0.6 prints of the same with -j. */
const json = (endpoint: string, isServed = true): string => {
  const own = { family: 'ip', table: 'kube-proxy' };
  const base = { type: 'nat', hook: 'prerouting', prio: -100, policy: 'accept' };
  const type = ['ipv4_addr', 'inet_proto', 'inet_service'];
  const elem = [[{ concat: ['10.96.0.7', 'tcp', 80] }, { goto: { target: CHAIN } }]];
  const data = { set: [[0, { concat: [endpoint, 8080] }]] };
  const key = { numgen: { mode: 'random', mod: 1, offset: 0 } };
  return JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6', json_schema_version: 1 } },
      { table: { family: 'ip', name: 'kube-proxy', handle: 1 } },
      { set: { ...own, name: 'cluster-ips', type: 'ipv4_addr', handle: 5, elem: ['10.96.0.7'] } },
      {
        map: { ...own, name: 'service-ips', type, handle: 2, map: 'verdict', ...(isServed ? { elem } : {}) },
      },
      { chain: { ...own, name: 'nat-prerouting', handle: 6, ...base } },
      { chain: { ...own, name: 'services', handle: 7 } },
      { chain: { ...own, name: CHAIN, handle: 1 } },
      {
        rule: {
          ...own,
          chain: CHAIN,
          handle: 4,
          expr: [
            { match: { op: '==', left: { meta: { key: 'l4proto' } }, right: 'tcp' } },
            { dnat: { family: 'ip', addr: { map: { key, data } } } },
          ],
        },
      },
    ],
  });
};

const verifications = [verified(promise('node-a'), [1, 1])];
const listed = (again: string) => ({
  ...webCluster,
  verifications,
  files: { 'nodes/node-a/nft-ruleset.txt': text, 'nodes/node-a/nft-ruleset.json': again },
});

describe('rules/listings-agree, other endpoints', () => {
  proveCheck(listingsAgree, {
    healthy: listed(json('10.244.1.9')),
    broken: listed(json('10.244.1.200')),
    problem: {
      severity: 'warning',
      node: 'node-a',
      share: [0, 1],
      summary:
        /two lists of the rules of node-a lead 10\.96\.0\.7:80\/tcp elsewhere: .* by nodes\/node-a\/nft-ruleset\.txt/,
    },
    blind: webCluster,
  });
});

describe('rules/listings-agree, an entry that one of them lacks', () => {
  proveCheck(listingsAgree, {
    healthy: { ...listed(''), files: { 'nodes/node-a/nft-ruleset.json': json('10.244.1.9') } },
    broken: listed(json('10.244.1.9', false)),
    problem: { severity: 'warning', summary: /elsewhere/ },
    blind: { ...webCluster, verifications },
  });
});
