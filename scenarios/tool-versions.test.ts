import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../src/diagnosis/diagnosis.ts';
import { auditCluster } from '../src/investigate.ts';
import { type Change, type Changes, changedRecording } from './changed-recording.ts';

// A healthy cluster whose rules were printed by other versions of the tools. The changes are those between what iptables 1.8.7 and nft 0.9.8 (Debian 11)
// and what iptables 1.8.9 and nft 1.0.6 (Debian 12) print of rules that iptables 1.8.9 wrote.

const SAVE = /ip6?tables-save/;
const LISTING = /nft-ruleset/;

const none: Change = () => undefined;
const withoutFlavour: Change = (text) => text.replaceAll(/-nft-save v\S+ \(nf_tables\)/g, '-save v1.8.7');
const withoutTests: Change = (text) =>
  text.replaceAll(/ -m mark (! )?--mark \S+/g, '').replaceAll(/ -m (tcp|udp) --dport \S+/g, '');
const withoutChances: Change = (text) => text.replaceAll(/meta random & \d+ < \d+/g, '');
/** *Source:* kubernetes/kubernetes#114537 and #95409. */
const withTarget =
  (target: string): Change =>
  (text) =>
    text.replaceAll(/--to-destination \S+/g, target);

/** A name outside the cluster, of which nothing is known whatever rules say. */
const OUTSIDE = { 'shop/upstream': 'unknown' };
const NOT_IN_LISTING = { ...OUTSIDE, 'shop/web-sticky': 'unknown' };

describe('rules printed by another version than wrote them', () => {
  it.each<[string, Changes, Record<string, string>]>([
    ['an iptables that does not tell its flavour, beside nft', [[SAVE, withoutFlavour]], OUTSIDE],
    // nft does not show whom `recent` remembers.
    ['nft alone', [[SAVE, none]], NOT_IN_LISTING],
    [
      'an iptables that leaves out ports and marks, beside nft',
      [
        [SAVE, withoutFlavour],
        [SAVE, withoutTests],
      ],
      NOT_IN_LISTING,
    ],
    ['iptables, beside an nft that leaves out chances', [[LISTING, withoutChances]], OUTSIDE],
  ])('%s: all works', async (_, changes, others) => {
    const { services } = auditCluster(await changedRecording('iptables-healthy', changes), {});
    const verdicts = services.map(({ subject, verdict }) => [subject, verdict]);
    expect(verdicts.filter(([, verdict]) => verdict !== 'healthy')).toEqual(Object.entries(others));
    expect(services.flatMap(faultsOf)).toEqual([]);
  });

  it.each<[string, Changes]>([
    [
      'iptables leaves out ports and marks',
      [
        [SAVE, withoutTests],
        [LISTING, none],
      ],
    ],
    [
      'nft leaves out chances',
      [
        [SAVE, none],
        [LISTING, withoutChances],
      ],
    ],
    [
      'both',
      [
        [SAVE, withoutTests],
        [LISTING, withoutChances],
      ],
    ],
    ['targets are not printed', [[SAVE, withTarget('[unsupported revision]')]]],
    ['targets are garbled', [[SAVE, withTarget('--to-destination :0 --random')]]],
    [
      'targets are garbled twice',
      [[SAVE, withTarget('--to-destination :0 --persistent --to-destination 0.0.0.0')]],
    ],
  ])('%s: nothing is known, nothing is wrong', async (_, changes) => {
    const { services } = auditCluster(await changedRecording('iptables-healthy', changes), {});
    const translated = services.filter(({ subject }) => /^shop\/(web|web-np|web-lb|solo)$/.test(subject));
    expect(translated.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 4 }, () => 'unknown'));
    expect(services.flatMap(faultsOf)).toEqual([]);
  });
});

/** *Source:* ipvsadm 1.31 ipvsadm.c `print_title`, `print_service_entry`. */
const counted: Change = (text) =>
  text
    .replace(
      /^Prot LocalAddress.*\n.*$/m,
      'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n  -> RemoteAddress:Port',
    )
    .replaceAll(
      /^(TCP|UDP)  (\S+) rr.*$/gm,
      (_, kind, key) => `${kind}  ${String(key).padEnd(27)} 5 48 48 2951 6938`,
    )
    .replaceAll(/^  -> (\S+) +Masq .*$/gm, (_, key) => `  -> ${String(key).padEnd(28)} 3 33 33 1989 4938`);
const named: Change = (text) => text.replaceAll(/:80 /g, ':http ').replaceAll(/:8080 /g, ':http-alt ');

describe('virtual servers of IPVS as ipvsadm prints them', () => {
  const verdictsOf = async (changes: Changes, added = {}): Promise<string[]> => {
    const { services } = auditCluster(await changedRecording('ipvs-healthy', changes, added), {});
    expect(services.flatMap(faultsOf)).toEqual([]);
    return services.flatMap(({ subject, verdict }) => (subject === 'shop/web' ? verdict : []));
  };

  it.each<[string, Change]>([
    ['--stats', counted],
    ['-L, ports by their names', named],
  ])('%s: nothing is known, nothing is wrong', async (_, change) => {
    const changes: Changes = [
      [/ipvsadm\.txt/, change],
      [/ipvsadm-save/, none],
    ];
    expect(await verdictsOf(changes)).toEqual(['unknown']);
  });

  it('counters beside the listing say nothing of weights', async () => {
    const text = counted(LISTED, '') ?? '';
    expect(text).toMatch(/^TCP  10\.96\.35\.134:80 +5 48 /m);
    expect(await verdictsOf([], { 'nodes/node-a/a-stats.txt': text })).toEqual(['healthy']);
  });
});

const LISTED = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.35.134:80 rr
  -> 10.244.1.4:8080              Masq    1      0          4         
`;

function faultsOf({ causes, findings }: Diagnosis): string[] {
  const faults = findings.filter(({ severity }) => severity !== 'info');
  return [...causes, ...faults].map(({ summary }) => summary);
}

it('nft -t leaves out the elements of sets: nothing is known, nothing is wrong', async () => {
  const terse: Change = (text) => text.replaceAll(/\t\telements = \{[^}]*\}\n/g, '');
  const changes: Changes = [
    [/nft-ruleset\.txt/, terse],
    [/nft-ruleset\.json/, none],
  ];
  const { services } = auditCluster(await changedRecording('nftables-healthy', changes), {});
  expect(services.flatMap(faultsOf)).toEqual([]);
  expect(services.find(({ subject }) => subject === 'shop/web')?.verdict).toBe('unknown');
});
