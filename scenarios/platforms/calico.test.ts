import { describe, expect, it } from 'vitest';
import { auditCluster, investigateService } from '../../src/investigate.ts';
import { type Changes, changedRecording } from '../changed-recording.ts';
import { addRules, numberOf } from './add-rules.ts';
import { podsOf, routedPods } from './routed-pods.ts';
import { webPolicy } from './web-policy.ts';

// Calico on nodes whose network knows the way to pods (GKE), with the rules of its agent for each pod and for a NetworkPolicy.

/** The pod of `web` on each node. */
const WEB = [0, 14, 15, 12];
const nameOf = (path: string, pod: number): string => `cali${numberOf(path)}${pod}`;

/** *Source:* projectcalico/calico felix/rules; `protocol` is what the node calls number 4. */
function chainsOfPods(path: string, protocol: string): string {
  return podsOf(path)
    .flatMap((pod) =>
      (['tw', 'fw'] as const).flatMap((side) => {
        const chain = `cali-${side}-${nameOf(path, pod)}`;
        const profile = side === 'tw' ? 'cali-pri-kns.shop' : 'cali-pro-kns.shop';
        return [
          `-A ${chain} -m comment --comment "cali:a" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
          `-A ${chain} -m comment --comment "cali:b" -m conntrack --ctstate INVALID -j DROP`,
          `-A ${chain} -m comment --comment "cali:c" -j MARK --set-xmark 0x0/0x10000`,
          ...(side === 'fw'
            ? [
                `-A ${chain} -p udp -m comment --comment "cali:d" -m comment --comment "Drop VXLAN encapped packets originating in workloads" -m multiport --dports 4789 -j DROP`,
                `-A ${chain} -p ${protocol} -m comment --comment "cali:e" -m comment --comment "Drop IPinIP encapped packets originating in workloads" -j DROP`,
              ]
            : []),
          ...(side === 'tw' && pod === WEB[numberOf(path)]
            ? [
                `-A ${chain} -m comment --comment "cali:f" -m comment --comment "Start of policies" -j MARK --set-xmark 0x0/0x20000`,
                `-A ${chain} -m comment --comment "cali:g" -m mark --mark 0x0/0x20000 -j cali-pi-_web`,
                `-A ${chain} -m comment --comment "cali:h" -m comment --comment "Return if policy accepted" -m mark --mark 0x10000/0x10000 -j RETURN`,
                `-A ${chain} -m comment --comment "cali:i" -m comment --comment "Drop if no policies passed packet" -m mark --mark 0x0/0x20000 -j DROP`,
              ]
            : []),
          `-A ${chain} -m comment --comment "cali:j" -j ${profile}`,
          `-A ${chain} -m comment --comment "cali:k" -m comment --comment "Return if profile accepted" -m mark --mark 0x10000/0x10000 -j RETURN`,
          `-A ${chain} -m comment --comment "cali:l" -m comment --comment "Drop if no profiles matched" -j DROP`,
        ];
      }),
    )
    .join('\n');
}

const dispatch = (path: string): string =>
  [
    ...podsOf(path).flatMap((pod) => [
      `-A cali-from-wl-dispatch -i ${nameOf(path, pod)} -m comment --comment "cali:m" -g cali-fw-${nameOf(path, pod)}`,
      `-A cali-to-wl-dispatch -o ${nameOf(path, pod)} -m comment --comment "cali:n" -g cali-tw-${nameOf(path, pod)}`,
    ]),
    '-A cali-from-wl-dispatch -m comment --comment "cali:o" -m comment --comment "Unknown interface" -j DROP',
    '-A cali-to-wl-dispatch -m comment --comment "cali:p" -m comment --comment "Unknown interface" -j DROP',
  ].join('\n');

const calico = (protocol: string): Changes => [
  ...routedPods({ prefix: 'cali', scope: 'link', isBetweenNodes: false }),
  [/\/iptables-save/, (text) => `${text}*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n`],
  [
    /\/iptables-save/,
    addRules('raw', {
      last: `
        -A PREROUTING -m comment --comment "cali:q" -j cali-PREROUTING
        -A cali-PREROUTING -m comment --comment "cali:r" -j MARK --set-xmark 0x0/0xf0000
        -A cali-PREROUTING -i cali+ -m comment --comment "cali:s" -j MARK --set-xmark 0x40000/0x40000
        -A cali-PREROUTING -m comment --comment "cali:t" -m mark --mark 0x40000/0x40000 -m rpfilter --validmark --invert -j DROP
        -A cali-PREROUTING -m comment --comment "cali:u" -m mark --mark 0x10000/0x10000 -j ACCEPT`,
    }),
  ],
  [
    /\/iptables-save/,
    (text, path) =>
      addRules('filter', {
        first: `
          -A INPUT -m comment --comment "cali:v" -j cali-INPUT
          -A FORWARD -m comment --comment "cali:w" -j cali-FORWARD`,
        last: `
          -A FORWARD -m comment --comment "cali:x" -m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT
          -A FORWARD -m comment --comment "cali:y" -j MARK --set-xmark 0x10000/0x10000
          -A cali-FORWARD -m comment --comment "cali:z" -j MARK --set-xmark 0x0/0xe0000
          -A cali-FORWARD -i cali+ -m comment --comment "cali:1" -j cali-from-wl-dispatch
          -A cali-FORWARD -o cali+ -m comment --comment "cali:2" -j cali-to-wl-dispatch
          -A cali-INPUT -i cali+ -m comment --comment "cali:3" -g cali-wl-to-host
          -A cali-INPUT -m comment --comment "cali:4" -m mark --mark 0x10000/0x10000 -j ACCEPT
          -A cali-wl-to-host -m comment --comment "cali:5" -j cali-from-wl-dispatch
          -A cali-wl-to-host -m comment --comment "cali:6" -m comment --comment "Configured DefaultEndpointToHostAction" -j ACCEPT
          ${dispatch(path)}
          ${chainsOfPods(path, protocol)}
          -A cali-pri-kns.shop -m comment --comment "cali:7" -m comment --comment "Profile kns.shop ingress" -j MARK --set-xmark 0x10000/0x10000
          -A cali-pri-kns.shop -m comment --comment "cali:8" -m mark --mark 0x10000/0x10000 -j RETURN
          -A cali-pro-kns.shop -m comment --comment "cali:7" -m comment --comment "Profile kns.shop egress" -j MARK --set-xmark 0x10000/0x10000
          -A cali-pro-kns.shop -m comment --comment "cali:8" -m mark --mark 0x10000/0x10000 -j RETURN
          -A cali-pi-_web -p tcp -m comment --comment "cali:9" -m comment --comment "Policy shop/knp.default.web ingress" -m set --match-set cali40s:clients src -m multiport --dports 8080 -j MARK --set-xmark 0x10000/0x10000
          -A cali-pi-_web -m comment --comment "cali:0" -m mark --mark 0x10000/0x10000 -j RETURN`,
      })(text, path),
  ],
  ...webPolicy({ from: [{ podSelector: { matchLabels: { role: 'client' } } }], ports: [{ port: 8080 }] }),
];

const CLIENTS = ['10.244.1.12', '10.244.2.12', '10.244.3.11'];
/** The set of clients on each node; `missing` on node-b holds one less. */
const sets = (missing?: string): Record<string, string> =>
  Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [
      `nodes/node-${name}/ipset-save.txt`,
      [
        'create cali40s:clients hash:net family inet hashsize 1024 maxelem 1048576 bucketsize 12 initval 0x7a4c0b1d',
        ...CLIENTS.filter((address) => name !== 'b' || address !== missing).map(
          (address) => `add cali40s:clients ${address}`,
        ),
        '',
      ].join('\n'),
    ]),
  );

describe('Calico', () => {
  const audit = async (protocol: string): Promise<string[]> => {
    const { services } = auditCluster(
      await changedRecording('iptables-healthy', calico(protocol), sets()),
      {},
    );
    return services
      .filter(({ verdict, subject }) => verdict !== 'healthy' && subject !== 'shop/upstream')
      .map(({ subject, verdict, causes }) => `${subject} ${verdict} ${causes[0]?.summary ?? ''}`);
  };

  it.each(['ipencap', 'ipv4', '4'])(
    'lets in whom policies let in, on nodes that call encapsulation %s',
    async (protocol) => {
      // Pods that ask a NodePort come to other nodes as the node: the policy keeps it out, and so they are not meant to.
      expect(await audit(protocol)).toEqual([]);
    },
  );

  it('is told where a set on a node lacks a client', async () => {
    const snapshot = await changedRecording('iptables-healthy', calico('ipencap'), sets('10.244.1.12'));
    const { verdict, causes } = investigateService(snapshot, { namespace: 'shop', name: 'web' });
    expect([verdict, ...causes.map(({ check, nodes, faults }) => [check, nodes, faults[0]])]).toEqual([
      'degraded',
      ['rules/foreign-drop', ['node-b'], 'F09'],
    ]);
  });

  it('is asked for by a client that comes as its node', async () => {
    const snapshot = await changedRecording('iptables-healthy', calico('ipencap'), sets());
    const { verdict, causes } = investigateService(snapshot, {
      namespace: 'shop',
      name: 'web-np',
      from: { pod: 'shop/client-a' },
    });
    expect([verdict, ...causes.map(({ summary }) => summary)]).toEqual([
      'degraded',
      expect.stringMatching(/they come with the address of a node, which NetworkPolicies do not let in/),
    ]);
  });
});
