import { describe, expect, it } from 'vitest';
import type { Table } from '../ruleset/ruleset.ts';
import { parseIptables } from './parse-iptables.ts';
import { parseIptablesList } from './parse-list.ts';

const encoder = new TextEncoder();
const read = (text: string, path = 'x') => parseIptablesList({ path, bytes: encoder.encode(text) });
const rulesOf = (table: Table | undefined, chain: string) => {
  const rules = table?.chains.get(chain)?.rules;
  return Array.from({ length: rules?.length ?? 0 }, (_, index) => rules?.at(index));
};

const HEAD = ' pkts bytes target     prot opt in     out     source               destination         ';
const verbose = (line: string): string =>
  `Chain INPUT (policy ACCEPT 0 packets, 0 bytes)\n${HEAD}\n${line}\n\nChain FORWARD (policy DROP 0 packets, 0 bytes)\n${HEAD}\n\nChain OUTPUT (policy ACCEPT 0 packets, 0 bytes)\n${HEAD}\n`;

/** The parts of the rule as it stands in a save. */
function saved(rule: string, family: 'ip' | 'ip6' = 'ip'): unknown {
  const text = `*filter\n:INPUT ACCEPT [0:0]\n:KUBE-X - [0:0]\n-A INPUT ${rule}\nCOMMIT\n`;
  const { tables } = parseIptables({ path: 'x', bytes: encoder.encode(text) }, { family });
  return rulesOf(tables[0], 'INPUT')[0]?.parts;
}

describe('parseIptablesList', () => {
  // Printed by iptables 1.8.9 (`-nvL`, and `-S` of the same rule), kernel 6.18.
  it.each([
    [
      '    0     0 ACCEPT    !6    --  !eth+  *       0.0.0.0/0            0.0.0.0/0           ',
      '! -i eth+ ! -p tcp -j ACCEPT',
    ],
    [
      '    0     0 DROP       0    -f  *      *       0.0.0.0/0            0.0.0.0/0           ',
      '-f -j DROP',
    ],
    [
      '   12  3K            17   --  *      *       10.0.0.0/8          !10.96.0.1            multiport dports  !1,2:3 ! state NEW',
      '-s 10.0.0.0/8 ! -d 10.96.0.1/32 -p udp -m multiport ! --dports 1,2:3 -m state ! --state NEW',
    ],
    [
      '    0     0 REJECT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpts:!1:2 flags:0x12/0x02 ! ctstate NEW,DNAT reject-with tcp-reset',
      '-p tcp -m tcp ! --dport 1:2 --tcp-flags SYN,ACK SYN -m conntrack ! --ctstate NEW,DNAT -j REJECT --reject-with tcp-reset',
    ],
    [
      '    0     0 DROP       1    --  *      *       0.0.0.0/0            0.0.0.0/0            icmptype 8 ADDRTYPE match dst-type !LOCAL mark match ! 0x4/0x5',
      '-p icmp -m icmp --icmp-type 8 -m addrtype ! --dst-type LOCAL -m mark ! --mark 0x4/0x5 -j DROP',
    ],
    [
      '    0     0 DNAT       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            /* a b */ recent: SET name: KUBE-SEP-X side: source mask: 255.255.255.255 tcp to:10.0.0.1:8080',
      '-p tcp -m comment --comment "a b" -m recent --set --name KUBE-SEP-X --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.0.0.1:8080',
    ],
    [
      '    0     0 KUBE-X  all  --  *      *       0.0.0.0/0            0.0.0.0/0            statistic mode random probability 0.33333333349',
      '-m statistic --mode random --probability 0.33333333349 -j KUBE-X',
    ],
    [
      '    0     0 MARK       all  --  *      *       0.0.0.0/0            0.0.0.0/0            MARK or 0x4000',
      '-j MARK --set-xmark 0x4000/0x4000',
    ],
    [
      '    0     0 MARK       all  --  *      *       0.0.0.0/0            0.0.0.0/0            MARK xor 0x4000',
      '-j MARK --set-xmark 0x4000/0x0',
    ],
    [
      '    0     0 MASQUERADE  6    --  *      *       0.0.0.0/0            0.0.0.0/0            masq ports: 5-7 random',
      '-p tcp -j MASQUERADE --to-ports 5-7 --random',
    ],
    [
      '    0     0 REDIRECT   6    --  *      *       0.0.0.0/0            0.0.0.0/0            redir ports 80',
      '-p tcp -j REDIRECT --to-ports 80',
    ],
  ])('reads as a save of it: %s', (line, rule) => {
    const { tables, issues } = read(verbose(line));
    const [listed] = rulesOf(tables[0], 'INPUT');
    expect(listed?.parts).toEqual(saved(rule));
    expect(issues).toEqual([]);
    expect(tables[0]).toMatchObject({ family: 'ip', name: 'filter', complete: true });
  });

  it('reads IPv6, whose column of options may be empty, with numbers', () => {
    const text = `Chain INPUT (policy ACCEPT)
num  target     prot opt source               destination         
1    REJECT     tcp      fd00::/8             ::/0                 tcp dpt:80 reject-with icmp6-port-unreachable

Chain FORWARD (policy ACCEPT)
num  target     prot opt source               destination         
`;
    const { tables } = read(text);
    expect(tables[0]?.family).toBe('ip6');
    const parts = rulesOf(tables[0], 'INPUT')[0]?.parts ?? [];
    expect(parts.filter(({ kind }) => kind !== 'unknown-match')).toEqual(
      saved('-s fd00::/8 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp6-port-unreachable', 'ip6'),
    );
    // Without -v it may ask for an interface.
    expect(parts.some(({ kind }) => kind === 'unknown-match')).toBe(true);
  });

  it.each([
    [
      'a name in place of an address',
      'DROP       0    --  *      *       localhost/8          0.0.0.0/0           ',
    ],
    [
      'a name in place of a port',
      'DROP       6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:http',
    ],
    [
      'a comment that may end in two places',
      'DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* a */ b tcp dpt:80 */',
    ],
    [
      'a comment that is cut',
      'DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes service nodeports; NOTE',
    ],
    [
      'a match that has words of its own',
      'DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            limit: avg 3/min burst 5',
    ],
  ])('does not guess %s', (_, columns) => {
    const { tables } = read(verbose(`    0     0 ${columns}`));
    const parts = rulesOf(tables[0], 'INPUT')[0]?.parts ?? [];
    expect(parts.some(({ kind }) => kind === 'unknown-match')).toBe(true);
    expect(parts.at(-1)).toEqual({ kind: 'drop' });
  });

  it('does not know a target whose words were cut', () => {
    const { tables } = read(
      verbose(
        '    0     0 MASQUERADE  0    --  *      *       0.0.0.0/0            0.0.0.0/0            random-',
      ),
    );
    expect(rulesOf(tables[0], 'INPUT')[0]?.parts.at(-1)?.kind).toBe('unknown-statement');
  });

  it('tells what was left out: lines, and rules that chains count', () => {
    const whole = verbose(
      '    0     0 KUBE-X  all  --  *      *       0.0.0.0/0            0.0.0.0/0           ',
    );
    const chain = (references: number) => `${whole}\nChain KUBE-X (${references} references)\n${HEAD}\n`;
    expect(read(chain(1))).toMatchObject({ issues: [], tables: [{ complete: true }] });
    const less = read(chain(2));
    expect(less.tables[0]?.complete).toBe(false);
    expect(less.issues).toHaveLength(1);
    const elided = read(`${chain(1)}...\n`);
    expect(elided.tables[0]?.complete).toBe(false);
    expect(rulesOf(elided.tables[0], 'KUBE-X')[0]?.parts.map(({ kind }) => kind)).toEqual([
      'unknown-match',
      'unknown-statement',
    ]);
    expect(read(whole.slice(0, 230)).tables[0]?.complete).toBe(false);
  });

  it('takes the table from the command above, and several of one file', () => {
    const { tables } = read(
      `root@a:~# iptables -t mangle -nvL\n${verbose('')}root@a:~# ip6tables -nvL\n${verbose('')}root@a:~# \n`,
    );
    expect(tables.map(({ family, name }) => `${family} ${name}`)).toEqual(['ip mangle', 'ip6 filter']);
  });
});
