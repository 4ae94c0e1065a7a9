import { describe, expect, it } from 'vitest';
import { investigateService } from '../src/investigate.ts';
import { type Change, type Changes, changedRecording } from './changed-recording.ts';

// Healthy clusters with one thing changed as a fault would change it in all that was read: the first cause is that thing.

const without =
  (line: RegExp): Change =>
  (text) =>
    text
      .split('\n')
      .filter((each) => !line.test(each))
      .join('\n');
const replace =
  (what: RegExp, by: string): Change =>
  (text) =>
    text.replaceAll(what, by);
/** `line` before the first that matches. */
const before =
  (what: RegExp, line: string): Change =>
  (text) =>
    text.replace(what, (found) => `${line}\n${found}`);

const ofA = /node-a\/iptables-save/;

/** The API server advertises an address that nobody reaches: nodes send there, and their connections have no answer. */
const unreachedApi: Changes = [
  [/endpoint(slice)?s\.json/, replace(/"192\.168\.90\.1"/g, '"10.0.2.15"')],
  [/iptables-save/, replace(/192\.168\.90\.1:6443/g, '10.0.2.15:6443')],
  [
    /node-a\/conntrack/,
    (text) =>
      [1, 2, 3].reduce(
        (all, digit) =>
          `tcp      6 110 SYN_SENT src=10.244.1.11 dst=10.96.0.1 sport=4100${digit} dport=443 [UNREPLIED] src=10.0.2.15 dst=192.168.90.11 sport=6443 dport=4100${digit} mark=0 use=1\n${all}`,
        text,
      ),
  ],
];

/** clusterCIDR as ranges of ClusterIPs, in the rules and in what kube-proxy says of itself. */
const serviceRangeForPods: Changes = [
  [/iptables-save/, replace(/KUBE-SERVICES ! -s 10\.244\.0\.0\/16/g, 'KUBE-SERVICES ! -s 10.96.0.0/16')],
  [/configz/, replace(/"clusterCIDR":\s*"[^"]*"/g, '"clusterCIDR":"10.96.0.0/16"')],
];

interface Case {
  readonly recording: string;
  readonly fault: string;
  readonly namespace?: string;
  readonly service?: string;
  readonly changes: Changes;
  readonly check: string;
  readonly first: string;
  /** Absent where a repair in the model cures it. */
  readonly proof?: string;
}

const CASES: readonly Case[] = [
  {
    recording: 'iptables-healthy',
    fault: 'the last branch of a Service is gone',
    changes: [[ofA, without(/KUBE-SVC-67NZLRHBNDSAWJRO .*-j KUBE-SEP-VUPUHKXHY2PEPYE3/)]],
    check: 'rules/endpoint-missing',
    first: 'R08',
  },
  {
    recording: 'iptables-healthy',
    fault: 'an endpoint chain without its translation hands its own pod on, masqueraded',
    service: 'web-np',
    changes: [
      [/node-b\/iptables-save/, without(/"shop\/web-np:http" -m tcp -j DNAT --to-destination 10\.244\.2\./)],
    ],
    check: 'rules/endpoint-missing',
    first: 'R08',
  },
  {
    recording: 'iptables-healthy',
    fault: 'the last branch of a Service is taken by chance',
    changes: [
      [
        ofA,
        replace(
          /(KUBE-SVC-67NZLRHBNDSAWJRO .*)(-j KUBE-SEP-VUPUHKXHY2PEPYE3)/g,
          '$1-m statistic --mode random --probability 0.5 $2',
        ),
      ],
    ],
    check: 'rules/frontend-missing',
    first: 'R09',
  },
  {
    recording: 'ipvs-healthy',
    fault: 'the rule that masquerades is gone',
    changes: [[ofA, without(/KUBE-POSTROUTING .*requiring SNAT/)]],
    check: 'rules/masquerade',
    first: 'R07',
  },
  {
    recording: 'ipvs-healthy',
    fault: 'nothing marks what is to be masqueraded',
    changes: [[ofA, without(/KUBE-SERVICES ! -s .* -j KUBE-MARK-MASQ/)]],
    check: 'rules/masquerade',
    first: 'R07',
  },
  {
    recording: 'ipvs-healthy',
    fault: 'the jump to KUBE-POSTROUTING is gone',
    changes: [[ofA, without(/-A POSTROUTING .* -j KUBE-POSTROUTING/)]],
    check: 'rules/masquerade',
    first: 'R07',
  },
  ...['iptables-healthy', 'ipvs-healthy'].map((recording) => ({
    recording,
    fault: 'a rule before kube-proxy’s jump accepts',
    service: 'web-np',
    changes: [
      [ofA, before(/^.*-A POSTROUTING /m, '[9:540] -A POSTROUTING -d 10.244.0.0/16 -j ACCEPT')],
    ] as const,
    check: 'rules/masquerade',
    first: 'R07',
  })),
  {
    recording: 'ipvs-healthy',
    fault: 'a rule exempts the packets from connection tracking',
    changes: [
      [
        ofA,
        (text) =>
          `*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -d 10.96.0.0/12 -p tcp -m tcp --dport 80 -j CT --notrack\n-A OUTPUT -d 10.96.0.0/12 -p tcp -m tcp --dport 80 -j CT --notrack\nCOMMIT\n${text}`,
      ],
    ],
    check: 'rules/masquerade',
    first: 'C10',
  },
  {
    recording: 'ipvs-healthy',
    fault: 'clusterCIDR is the range of Services',
    changes: serviceRangeForPods,
    check: 'kube-proxy/cluster-cidr',
    first: 'R05',
  },
  {
    recording: 'iptables-healthy',
    fault: 'a route leads to another node than that of the pods',
    changes: [
      [/node-a\/ip-route/, replace(/^10\.244\.2\.0\/24 via \S+/gm, '10.244.2.0/24 via 192.168.90.13')],
    ],
    check: 'node/reply-lost',
    first: 'N10',
    proof: 'consistent',
  },
  {
    recording: 'iptables-healthy',
    fault: 'the API server advertises an address that nobody reaches',
    namespace: 'default',
    service: 'kubernetes',
    changes: unreachedApi,
    check: 'endpoints/api-servers-answer',
    first: 'O02',
    proof: 'consistent',
  },
  {
    recording: 'nftables-healthy',
    fault: 'br_netfilter is not loaded, by sysctl -a',
    changes: [
      [
        /sysctl/,
        (text) =>
          `kernel.hostname = x\nnet.core.somaxconn = 4096\n${without(/^net\.bridge/)(text, '') ?? ''}`,
      ],
    ],
    check: 'node/bridge-netfilter-off',
    first: 'N03',
  },
];

describe('a ConfigMap of kube-proxy that was changed, and kube-proxy was not restarted', () => {
  it('is a warning, and no fault', async () => {
    const snapshot = await changedRecording('ipvs-healthy', [
      [/configmaps/, replace(/\\"mode\\": \\"ipvs\\"/g, String.raw`\"mode\": \"nftables\"`)],
    ]);
    const { verdict, causes, findings } = investigateService(snapshot, { namespace: 'shop', name: 'web' });
    expect({ verdict, causes }).toEqual({ verdict: 'healthy', causes: [] });
    const told = findings.filter(({ check }) => check === 'kube-proxy/config-taken');
    expect(told.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/on node-a, node-b, node-c .*\(mode nftables, not ipvs\)/),
    ]);
  });
});

describe('a healthy recording with one fault', () => {
  it.each(CASES)(
    '$recording: $fault',
    async ({ recording, changes, namespace = 'shop', service = 'web', check, first, proof = 'repaired' }) => {
      const snapshot = await changedRecording(recording, changes);
      const { causes } = investigateService(snapshot, { namespace, name: service });
      const [cause] = causes;
      expect(cause).toMatchObject({ check, proof });
      expect(cause?.faults[0]).toBe(first);
      expect(causes).toHaveLength(1);
    },
  );
});
