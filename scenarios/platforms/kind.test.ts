import { describe, expect, it } from 'vitest';
import { auditCluster } from '../../src/investigate.ts';
import { type Changes, changedRecording } from '../changed-recording.ts';
import { addRules } from './add-rules.ts';
import { routedPods } from './routed-pods.ts';
import { webPolicy } from './web-policy.ts';

// Nodes of kind: containers of Docker, whose DNS is translated in each node's own rules, with kindnet for the network and for NetworkPolicies.

const GATEWAY = '192.168.90.1';
/** The pod of `web` on each node. */
const WEB = [0, 14, 15, 12];

/** *Source:* moby/moby libnetwork/resolver_unix.go, kubernetes-sigs/kind images/base entrypoint and images/kindnetd. */
const nodesOfKind: Changes = [
  ...routedPods({ prefix: 'veth', scope: 'host', isBetweenNodes: true, ownAddress: '1' }),
  [
    /\/iptables-save/,
    addRules('nat', {
      first: `
        -A PREROUTING -d ${GATEWAY}/32 -j DOCKER_OUTPUT
        -A OUTPUT -d ${GATEWAY}/32 -j DOCKER_OUTPUT
        -A POSTROUTING -d ${GATEWAY}/32 -j DOCKER_POSTROUTING
        -A POSTROUTING -m addrtype ! --dst-type LOCAL -m comment --comment "kind-masq-agent: ensure nat POSTROUTING directs all non-LOCAL destination traffic to our custom KIND-MASQ-AGENT chain" -j KIND-MASQ-AGENT
        -A DOCKER_OUTPUT -d ${GATEWAY}/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:41863
        -A DOCKER_OUTPUT -d ${GATEWAY}/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:49012
        -A DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport 41863 -j SNAT --to-source ${GATEWAY}:53
        -A DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport 49012 -j SNAT --to-source ${GATEWAY}:53
        -A KIND-MASQ-AGENT -d 10.244.0.0/16 -m comment --comment "kind-masq-agent: local traffic is not subject to MASQUERADE" -j RETURN
        -A KIND-MASQ-AGENT -m comment --comment "kind-masq-agent: outbound traffic is subject to MASQUERADE (must be last in chain)" -j MASQUERADE`,
    }),
  ],
  [
    /pods\.json/,
    (text) => {
      const list = JSON.parse(text) as {
        items: { metadata: { name: string; uid: string; labels: object }; spec: { containers: object[] } }[];
      };
      const proxies = list.items.filter(({ metadata }) => metadata.name.startsWith('kube-proxy'));
      const agents = structuredClone(proxies).map(({ metadata, spec, ...rest }) => ({
        ...rest,
        metadata: {
          ...metadata,
          name: metadata.name.replace('kube-proxy', 'kindnet'),
          uid: `${metadata.uid}-kindnet`,
          labels: { app: 'kindnet', 'k8s-app': 'kindnet', tier: 'node' },
        },
        spec: {
          ...spec,
          containers: [{ name: 'kindnet-cni', image: 'docker.io/kindest/kindnetd:v20250512-df8de77b' }],
        },
      }));
      return JSON.stringify({ ...list, items: [...list.items, ...agents] });
    },
  ],
];

const clientsOnly = (role: string): Changes =>
  webPolicy({ from: [{ podSelector: { matchLabels: { role } } }] });

/** *Source:* kubernetes-sigs/kube-network-policies pkg/dataplane, as `nft list ruleset` prints what kindnet made. */
const policyTable = (options: string): Record<string, string> =>
  Object.fromEntries(
    ['a', 'b', 'c'].map((name, at) => [
      `nodes/node-${name}/nft-policies.txt`,
      `table inet kindnet-network-policies {
	comment "rules for kubernetes NetworkPolicy"
	set podips-v4 {
		type ipv4_addr
		elements = { 10.244.${at + 1}.${WEB[at + 1]} }
	}

	chain postrouting {
		type filter hook postrouting priority srcnat - 5; policy accept;
		meta skuid 0 accept
		ct state established,related accept
		ip saddr @podips-v4 queue${options} to 101
		ip daddr @podips-v4 queue${options} to 101
	}

	chain prerouting {
		type filter hook prerouting priority dstnat + 5; policy accept;
		meta l4proto != udp accept
		udp dport != 53 accept
		ip saddr @podips-v4 queue${options} to 101
	}
}
`,
    ]),
  );

describe('nodes of kind', () => {
  const ask = async (changes: Changes, added: Record<string, string> = {}): Promise<string[]> => {
    const snapshot = await changedRecording('iptables-healthy', [...nodesOfKind, ...changes], added);
    const { services } = auditCluster(snapshot, {});
    return services
      .filter(({ subject }) => subject !== 'shop/upstream')
      .flatMap(({ subject, verdict, causes, findings }) => {
        const told = findings.filter(({ severity }) => severity !== 'info').map(({ summary }) => summary);
        return verdict === 'healthy'
          ? told
          : [`${subject} ${verdict} ${causes.map(({ check }) => check).join(' ')}`.trim()];
      });
  };

  it('serve all, with and without NetworkPolicies that let the clients in', async () => {
    expect(await ask([])).toEqual([]);
    expect(await ask(clientsOnly('client'), policyTable(' flags bypass'))).toEqual([]);
  });

  it('enforce a policy that lets nobody in, out of sight', async () => {
    expect(await ask(clientsOnly('admin'), policyTable(' flags bypass'))).toContain(
      'shop/web degraded policy/ingress-admits',
    );
  });

  it('leave open what happens where packets are lost without the program that is asked', async () => {
    expect(await ask(clientsOnly('client'), policyTable(''))).toContain('shop/web unknown');
  });
});
