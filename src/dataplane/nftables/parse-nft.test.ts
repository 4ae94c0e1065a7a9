import { readFileSync } from 'node:fs';
import fc from '../../model/random-fixture.ts';
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../model/address.ts';
import { CT_STATUS } from '../ruleset/rule-parts.ts';
import type { Ruleset, Table } from '../ruleset/ruleset.ts';
import { parseNftJson } from './parse-nft-json.ts';
import { parseNftText } from './parse-nft-text.ts';
import { printNft } from './print-nft.ts';

const encoder = new TextEncoder();
const bytesOf = (text: string) => ({ path: 'nft', bytes: encoder.encode(text) });
const read = (text: string): Ruleset => parseNftText(bytesOf(text));

/** The parts of one rule in a table of `family`. */
function partsOf(rule: string, family = 'ip', name = 't') {
  const { tables } = read(`table ${family} ${name} {\n\tchain c {\n\t\t${rule}\n\t}\n}\n`);
  return tables[0]?.chains.get('c')?.rules.at(0).parts ?? [];
}

/** Everything of a table but lines and texts, as plain data. */
function plain({ tables }: Ruleset): unknown {
  const order = (text: string): unknown => JSON.parse(text);
  return tables.map((table: Table) =>
    order(
      JSON.stringify(
        {
          ...table,
          chains: [...table.chains.values()]
            .map(({ rules, ...chain }) => ({
              ...chain,
              rules: Array.from({ length: rules.length }, (_, i) => rules.at(i)),
            }))
            .sort((a, b) => (a.name < b.name ? -1 : 1)),
          sets: [...table.sets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
        },
        (key, value: unknown) => {
          if (key === 'line' || key === 'text' || key === 'source') return undefined;
          if (typeof value === 'bigint') return `${value}n`;
          if (key === 'elements')
            return [...(value as { all: () => Iterable<unknown> }).all()]
              .map((one) =>
                JSON.stringify(one, (name, part: unknown) =>
                  name === 'line' ? 0 : typeof part === 'bigint' ? `${part}n` : part,
                ),
              )
              .sort();
          return value;
        },
      ),
    ),
  );
}

// Each printed by nft 1.0.6 from one ruleset, as text and as JSON.
const sample = (name: string): [Buffer, Buffer] => [
  readFileSync(new URL(`testing/${name}.nft`, import.meta.url)),
  readFileSync(new URL(`testing/${name}.nft-json`, import.meta.url)),
];
const samples = sample('every-statement');

describe.each(['every-statement', 'every-match'])('text and JSON of one ruleset, %s', (name) => {
  const [first, second] = sample(name);
  const text = parseNftText({ path: 'nft', bytes: first });
  const json = parseNftJson({ path: 'nft', bytes: second });

  it('are read alike', () => {
    expect(plain(json)).toEqual(plain(text));
  });

  it('are read without an issue', () => {
    expect([text.issues, json.issues]).toEqual([[], []]);
  });
});

describe('a table that is printed', () => {
  it.each([
    ['text', parseNftText({ path: 'nft', bytes: samples[0] })],
    ['JSON', parseNftJson({ path: 'nft', bytes: samples[1] })],
  ])('reads the same, from %s', (_, ruleset) => {
    expect(plain(read(ruleset.tables.map(printNft).join('')))).toEqual(plain(ruleset));
  });
});

describe('flags mean what the kernel is told', () => {
  const left = { kind: 'field', field: 'ctstatus' };
  it.each([
    ['ct status dnat', { kind: 'bits', left, bits: CT_STATUS.DNAT, not: false }],
    ['ct status ! dnat', { kind: 'bits', left, bits: CT_STATUS.DNAT, not: true }],
    ['ct status != dnat', { kind: 'compare', left, not: true, values: { ranges: [{ low: 32, high: 32 }] } }],
    [
      'ct status { snat, dnat }',
      {
        kind: 'compare',
        left,
        not: false,
        values: {
          ranges: [
            { low: 16, high: 16 },
            { low: 32, high: 32 },
          ],
        },
      },
    ],
    ['ct status & (snat | dnat) == 0', { kind: 'bits', left, bits: 48, not: true }],
  ])('%s', (rule, part) => {
    expect(partsOf(rule)).toEqual([part]);
  });
});

describe('what is implied', () => {
  const is = (field: string, value: number) => ({
    kind: 'compare',
    left: { kind: 'field', field },
    not: false,
    values: { ranges: [{ low: value, high: value }] },
  });

  it('a port is one of its protocol', () => {
    expect(partsOf('tcp dport 80')).toEqual([is('l4proto', 6), is('dport', 80)]);
  });
  it('an address in an inet table is one of its family', () => {
    expect(partsOf('ip saddr 10.0.0.1', 'inet')).toEqual([is('nfproto', 2), is('saddr', 0x0a000001)]);
    expect(partsOf('dnat ip6 to fd00::1', 'inet')[0]).toEqual(is('nfproto', 10));
  });
});

describe('what is not modelled is unknown', () => {
  const kinds = (rule: string, family?: string, name?: string) =>
    partsOf(rule, family, name)
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'pass');
  it.each([
    ['ip dscp ef meta priority set 1:5', ['unknown-match']],
    ['ip dscp { ef, cs1 } meta mark set 0x5 accept', ['unknown-match', 'set-mark', 'accept']],
    ['limit rate 5/second drop', ['unknown-match', 'drop']],
    ['quota over 25 mbytes drop', ['unknown-match', 'drop']],
    ['meta cpu vmap { 0 : drop } accept', ['unknown-statement', 'accept']],
    ['ip daddr set 10.0.0.5 accept', ['unknown-statement', 'accept']],
    // What is not modelled of a header needs that header all the same.
    ['icmp code 4 drop', ['compare', 'unknown-match', 'drop']],
    ['update @s { ip saddr limit rate 1/second } drop', ['unknown-match', 'drop']],
    ['meta mark set meta priority accept', ['unknown-statement', 'accept']],
    ['dnat to ip daddr map @a:tcp dport', ['unknown-statement']],
    ['ip saddr $HOME accept', ['unknown-match', 'accept']],
    ['xt match recent counter packets 0 bytes 0 jump X', ['unknown-match', 'jump']],
    ['xt target NETMAP', ['unknown-statement']],
    ['# xt_recent counter packets 0 bytes 0 jump X', ['unknown-match', 'jump']],
    ['counter packets 0 bytes 0 # xt_MASQUERADE', ['unknown-statement']],
    ['xt match comment counter jump X', ['jump']],
  ])('%s', (rule, expected) => {
    expect(kinds(rule)).toEqual(expected);
  });

  // nft 1.0.6 prints nothing at all for ip6tables' MASQUERADE.
  it('a target of iptables that is left out', () => {
    expect(kinds('counter packets 0 bytes 0 ', 'ip6', 'nat')).toEqual(['unknown-statement']);
    expect(kinds('counter packets 0 bytes 0', 'ip6', 'nat')).toEqual([]);
  });

  it('xt in JSON, which hides what it holds', () => {
    const rule = { family: 'ip', table: 'nat', chain: 'X', handle: 4, expr: [{ xt: null }] };
    const { tables } = parseNftJson(bytesOf(JSON.stringify({ nftables: [{ rule }] })));
    expect(
      tables[0]?.chains
        .get('X')
        ?.rules.at(0)
        .parts.map(({ kind }) => kind),
    ).toEqual(['unknown-statement']);
  });

  it('a key that is not found in a set of which elements were not understood', () => {
    const { tables, issues } = read(
      'table ip t {\nset s {\ntype ipv4_addr\nelements = { 10.0.0.1, ??? }\n}\n}\n',
    );
    const elements = tables[0]?.sets.get('s')?.elements;
    expect([elements?.find([parseIp('10.0.0.2')]), issues.length]).toEqual(['unknown', 1]);
    expect(elements?.find([parseIp('10.0.0.1')])).toMatchObject({ line: 4 });
  });

  it('the rest of a rule that is cut', () => {
    const { tables } = read('table ip t {\nchain c {\nip daddr 10.0.0.1 count');
    expect([tables[0]?.complete, tables[0]?.chains.get('c')?.rules.at(0).parts.at(-1)?.kind]).toEqual([
      false,
      'unknown-statement',
    ]);
  });
});

describe('commands', () => {
  it('add up to what they make', () => {
    const { tables, issues } = read(
      [
        'add table ip t',
        'add chain ip t c { type filter hook forward priority filter - 5 ; policy drop ; }',
        'add map ip t m { type ipv4_addr . inet_service : verdict ; }',
        'add element ip t m { 10.0.0.1 . 80 : goto x }',
        'add rule ip t c tcp dport 80 accept',
        'insert rule ip t c tcp dport 79 drop',
      ].join('\n'),
    );
    const chain = tables[0]?.chains.get('c');
    expect(issues).toEqual([]);
    expect(chain?.base).toEqual({ type: 'filter', hook: 'forward', priority: -5, policy: 'drop' });
    expect([chain?.rules.at(0).text, chain?.rules.at(1).line]).toEqual(['tcp dport 79 drop', 5]);
    expect(tables[0]?.sets.get('m')?.elements.find([0x0a000001, 80])).toMatchObject({
      value: { kind: 'verdict', verdict: { kind: 'goto', chain: 'x' } },
    });
  });

  it('that are not understood are issues', () => {
    const { issues } = read('define A = 1\ninclude "/etc/x.nft"\nadd table ip t\n');
    expect(issues.map(({ line }) => line)).toEqual([1, 2]);
  });
});

describe('tables', () => {
  it('that sleep have no base chains', () => {
    const { tables } = read(
      'table ip t {\nflags dormant\nchain c {\ntype filter hook input priority 0; policy drop;\n}\n}\n',
    );
    expect(tables[0]?.chains.get('c')?.base).toBeUndefined();
  });

  it('of iptables are told by their names', () => {
    const { tables } = read(
      'table ip mangle {\nchain KUBE-PROXY-CANARY {\n}\n}\ntable ip nat {\nchain out {\ntype nat hook output priority -100;\n}\n}\n',
    );
    expect(tables.map(({ origin }) => origin)).toEqual(['iptables-nft', 'nftables']);
  });
});

describe('bad input', () => {
  const touch = ({ tables }: Ruleset): void => {
    for (const { chains, sets } of tables) {
      for (const { rules } of chains.values()) for (let i = 0; i < rules.length; i++) rules.at(i);
      for (const { elements } of sets.values()) elements.find([1]);
    }
  };

  it('never throws', () => {
    const [text, json] = samples;
    const damage = (bytes: Buffer) =>
      fc.tuple(fc.nat(bytes.length), fc.nat(400), fc.uint8Array({ maxLength: 8 })).map(([at, gap, more]) => ({
        path: 'nft',
        bytes: Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + gap)]),
      }));
    fc.assert(
      fc.property(damage(text), (source) => touch(parseNftText(source))),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(damage(json), (source) => touch(parseNftJson(source))),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        touch(parseNftText({ path: 'nft', bytes }));
        touch(parseNftJson({ path: 'nft', bytes }));
      }),
    );
  });

  it.each(['{', '}', 'a', 'a ', '"', '{ a : ', 'table ip x {', '[{"'])(
    'endless %s ends',
    (piece) => {
      const size = 2_000_000;
      const long = piece.repeat(Math.ceil(size / piece.length));
      for (const head of [
        '',
        'table ip t {\nchain c {\n',
        'table ip t {\nset s {\ntype ipv4_addr\nelements = {',
      ]) {
        touch(read(head + long));
      }
      touch(parseNftJson(bytesOf(`{"nftables": [${long}`)));
    },
    60_000,
  );

  it('a line that is too long is told', () => {
    const { tables, issues } = read(`table ip t {\nchain c {\n${'a '.repeat(1_100_000)}\n}\n}\n`);
    expect([tables[0]?.complete, issues.length]).toEqual([false, 1]);
  });

  it('knows Windows line ends', () => {
    expect(read('table ip t {\r\nchain c {\r\naccept\r\n}\r\n}\r\n').tables[0]).toMatchObject({
      complete: true,
    });
  });

  it('JSON that is cut leaves its tables incomplete', () => {
    const cut = samples[1].subarray(0, samples[1].length - 500);
    const { tables, issues } = parseNftJson({ path: 'nft', bytes: cut });
    expect([tables[0]?.complete, issues.length]).toEqual([false, 1]);
  });
});

it.each([
  'ip ttl set 5',
  'ip ecn set ce',
  'reset tcp option timestamp',
  'counter name tcp dport map { 80 : "web" }',
  'dup to 10.0.0.1 device "eth0"',
  'ct expectation set "e"',
  'ct eventmask set new',
  'meta secmark set "x"',
])('%s lets the packet go on', (text) => {
  const bytes = new TextEncoder().encode(`table ip t {\n\tchain c {\n\t\t${text} drop\n\t}\n}\n`);
  const rule = parseNftText({ path: 'x', bytes }).tables[0]?.chains.get('c')?.rules.at(0);
  expect(rule?.parts.map(({ kind }) => kind)).toEqual(['pass', 'drop']);
});
