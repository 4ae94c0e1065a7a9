import { describe, expect, it } from 'vitest';
import { investigateService } from '../src/investigate.ts';
import { type Change, changedRecording as changed } from './changed-recording.ts';

// Healthy clusters of which less was read: never a fault, and *unknown* where what is missing would show one.

const none: Change = () => undefined;
const nothing: Change = () => '';
const half: Change = (text) => text.slice(0, text.length >> 1);
const only =
  (...tables: string[]): Change =>
  (text) =>
    text
      .split(/(?<=^# Completed.*\n)/m)
      .filter((block) => tables.some((table) => block.includes(`\n*${table}\n`)))
      .join('');
const mainTable: Change = (text) =>
  text
    .split('\n')
    .filter((line) => !/ table \S+|^(local|broadcast|multicast|anycast) /.test(line))
    .join('\n');
/** An older iptables, which does not say on which kernel interface it works. */
const unsaid: Change = (text) => text.replaceAll(/-nft-save v\S+ \(nf_tables\)/g, '-save v1.8.4');

const warned: Change = (text) =>
  `${text}# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n`;
/** The tables on nf_tables of a node whose kube-proxy works with the legacy ones. */
const withoutProxy: Change = (text) =>
  text
    .split('\n')
    .filter((line) => !line.includes('KUBE-'))
    .join('\n');
const foreign: Change = () => 'table inet firewall {\n}\n';

const UNKNOWN: readonly (readonly [string, string, readonly (readonly [RegExp, Change])[]])[] = [
  ['nftables-healthy', 'nft was not asked', [[/nft-ruleset/, none]]],
  ['nftables-healthy', 'nft printed nothing', [[/nft-ruleset/, nothing]]],
  ['nftables-healthy', 'nft was cut', [[/nft-ruleset/, half]]],
  [
    'iptables-healthy',
    'the filter table alone',
    [
      [/nft-ruleset/, none],
      [/iptables-save/, only('filter')],
    ],
  ],
  [
    'iptables-healthy',
    'the nat table alone',
    [
      [/nft-ruleset/, none],
      [/iptables-save/, only('nat')],
    ],
  ],
  ['iptables-healthy', 'no tables of nftables', [[/nft-ruleset/, none]]],
  [
    'iptables-healthy',
    'a cut dump',
    [
      [/nft-ruleset/, none],
      [/iptables-save/, half],
    ],
  ],
  ['iptables-healthy', 'legacy tables that iptables warned of', [[/iptables-save/, warned]]],
  [
    'iptables-healthy',
    'legacy tables in which kube-proxy works',
    [
      [/nft-ruleset/, foreign],
      [/ip6?tables-save/, withoutProxy],
    ],
  ],
  ['iptables-healthy', 'routing rules that are cut', [[/ip-rule/, (text) => text.split('\n', 1)[0]]]],
  ['iptables-healthy', 'one node without routes', [[/node-c\/ip-route/, none]]],
  ['iptables-healthy', 'one node whose routes are an empty file', [[/node-c\/ip-route/, nothing]]],
  ['iptables-healthy', 'one node without settings', [[/node-c\/sysctl/, none]]],
  ['iptables-healthy', 'no NetworkPolicies', [[/networkpolicies/, none]]],
  ['iptables-healthy', 'no connection tables', [[/conntrack/, none]]],
  ['ipvs-healthy', 'ipvsadm printed nothing', [[/ipvsadm/, nothing]]],
  ['ipvs-healthy', 'ipvsadm was cut', [[/ipvsadm/, half]]],
  [
    'ipvs-healthy',
    'the filter table alone',
    [
      [/nft-ruleset/, none],
      [/iptables-save/, only('filter')],
    ],
  ],
];

const HEALTHY: typeof UNKNOWN = [
  [
    'iptables-healthy',
    'an older iptables alone',
    [
      [/nft-ruleset/, none],
      [/iptables-save/, unsaid],
    ],
  ],
  [
    'iptables-healthy',
    'the main table and no addresses',
    [
      [/ip-addr/, none],
      [/ip-route/, mainTable],
    ],
  ],
  [
    'nftables-healthy',
    'the main table and no addresses',
    [
      [/ip-addr/, none],
      [/ip-route/, mainTable],
    ],
  ],
  [
    'ipvs-healthy',
    'the main table and no addresses',
    [
      [/ip-addr/, none],
      [/ip-route/, mainTable],
    ],
  ],
  [
    'ipvs-healthy',
    'the main table and no interfaces',
    [
      [/ip-addr|ip-link/, none],
      [/ip-route/, mainTable],
    ],
  ],
  ['ipvs-healthy', 'routes that are cut', [[/ip-route/, half]]],
  [
    'iptables-healthy',
    'nothing of who made the pods, of sockets, and of kube-proxy but its rules',
    [
      [/deployments|replicasets|daemonsets/, none],
      [/ss\.txt/, none],
      [/kube-proxy/, none],
    ],
  ],
  ['iptables-healthy', 'addresses that are cut', [[/ip-addr/, half]]],
  ['nftables-healthy', 'addresses that are cut', [[/ip-addr/, half]]],
];

describe('partial evidence of a healthy cluster', () => {
  for (const service of ['solo', 'web-np'])
    for (const [verdict, cases] of [['unknown', UNKNOWN] as const, ['healthy', HEALTHY] as const])
      for (const [name, what, changes] of cases)
        it(`${name}, ${service}: ${what} is ${verdict}`, async () => {
          const diagnosis = investigateService(await changed(name, changes), {
            namespace: 'shop',
            name: service,
          });
          expect([diagnosis.verdict, diagnosis.causes.map(({ summary }) => summary)]).toEqual([verdict, []]);
        });
});

it('hairpin mode that is off is seen without the addresses of interfaces', async () => {
  const off: Change = (text) =>
    text.replaceAll('hairpin on', 'hairpin off').replaceAll('hairpin_mode:1', 'hairpin_mode:0');
  const snapshot = await changed('ipvs-healthy', [
    [/ip-addr/, none],
    [/bridge-link|hairpin/, off],
  ]);
  const { verdict, causes } = investigateService(snapshot, { namespace: 'shop', name: 'solo' });
  expect([verdict, causes[0]?.check]).toEqual(['degraded', 'node/hairpin-off']);
});

it('an external IP that is a node’s address is seen without the list of nodes', async () => {
  const claimed = '192.168.90.13';
  const claim: Change = (text) => {
    const list = JSON.parse(text) as { items: { metadata: { name: string }; spec: object }[] };
    for (const { metadata, spec } of list.items)
      if (metadata.name === 'solo') Object.assign(spec, { externalIPs: [claimed] });
    return JSON.stringify(list);
  };
  const snapshot = await changed('ipvs-healthy', [
    [/cluster\/nodes\.json/, none],
    [/services\.json/, claim],
    [/ipvsadm\.txt/, (text) => `${text}TCP  ${claimed}:80 rr\n  -> 10.244.2.3:8080 Masq 1 0 0\n`],
    [
      /ip-addr/,
      (text) =>
        text.replace(
          /(: kube-ipvs0:[^]*?\n)(?= +inet )/,
          `$1    inet ${claimed}/32 scope global kube-ipvs0\n`,
        ),
    ],
  ]);
  const { causes } = investigateService(snapshot, { namespace: 'shop', name: 'solo' });
  expect(causes[0]).toMatchObject({ check: 'external/no-collision', proof: 'repaired' });
  expect(causes[0]?.summary).toMatch(/^192\.168\.90\.13, an external address of shop\/solo, is node-c’s own/);
});
