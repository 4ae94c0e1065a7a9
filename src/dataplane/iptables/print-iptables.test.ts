import fc from '../../model/random-fixture.ts';
import { expect, it } from 'vitest';
import type { Ip } from '../../model/address.ts';
import { cidrOf, lastOf } from '../../model/cidr.ts';
import {
  CT_STATE,
  CT_STATUS,
  type Field,
  type Match,
  type Part,
  type Statement,
} from '../ruleset/rule-parts.ts';
import type { Chain, Rule, RuleList, Table } from '../ruleset/ruleset.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import { baseChainOf } from './base-chains.ts';
import { parseIptables } from './parse-iptables.ts';
import { printIptables } from './print-iptables.ts';

type Family = 'ip' | 'ip6';

const not = fc.boolean();
const word32 = fc.integer({ min: 0, max: 0xffffffff });
const name = fc.stringMatching(/^[a-z][\w-]{0,12}$/);
const port: fc.Arbitrary<ValueRange> = fc.integer({ min: 1, max: 0xffff }).map((low) => ({ low, high: low }));
const span: fc.Arbitrary<ValueRange> = fc
  .tuple(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0xffff }))
  .map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
const sides = fc.array(
  fc.constantFrom<'saddr' | 'daddr'>('saddr', 'daddr').map((field) => ({ kind: 'field', field }) as const),
  { minLength: 1, maxLength: 3 },
);

const address = (family: Family): fc.Arbitrary<Ip> =>
  family === 'ip' ? word32 : fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });
const prefix = (family: Family): fc.Arbitrary<ValueRange> =>
  fc.tuple(address(family), fc.integer({ min: 0, max: family === 'ip' ? 32 : 128 })).map(([ip, length]) => {
    const cidr = cidrOf(ip, length);
    return { low: cidr.first, high: lastOf(cidr) };
  });
const addresses = (family: Family): fc.Arbitrary<ValueRange> =>
  fc.oneof(
    address(family).map((low) => ({ low, high: low })),
    fc
      .tuple(address(family), address(family))
      .map(([a, b]) => (a < b ? { low: a, high: b } : { low: b, high: a })),
  );

const compare = (field: Field, range: fc.Arbitrary<ValueRange>): fc.Arbitrary<Match> =>
  fc.record({
    kind: fc.constant('compare'),
    left: fc.constant({ kind: 'field', field }),
    not,
    values: fc.record({ ranges: fc.tuple(range) }),
  });
const named = (field: Field, names: fc.Arbitrary<string>): fc.Arbitrary<Match> =>
  fc.record({
    kind: fc.constant('compare'),
    left: fc.constant({ kind: 'field', field }),
    not,
    values: fc.record({ names: fc.tuple(names) }),
  });
const bits = (field: Field, of: readonly number[]): fc.Arbitrary<Match> =>
  fc.record({
    kind: fc.constant('bits'),
    left: fc.constant({ kind: 'field', field }),
    not,
    bits: fc.subarray([...of], { minLength: 1 }).map((chosen) => chosen.reduce((sum, bit) => sum | bit, 0)),
  });
const single = (value: number): fc.Arbitrary<ValueRange> => fc.constant({ low: value, high: value });
const masked = (field: Field): fc.Arbitrary<Match> =>
  fc.tuple(not, word32, fc.integer({ min: 0, max: 0xfffffffe })).map(([not, value, mask]) => ({
    kind: 'compare',
    left: { kind: 'field', field, mask },
    not,
    values: { ranges: [{ low: value, high: value }] },
  }));

function header(family: Family): fc.Arbitrary<Part[]> {
  const optional = (part: fc.Arbitrary<Part>): fc.Arbitrary<Part[]> => fc.array(part, { maxLength: 1 });
  const device = fc.tuple(name, fc.constantFrom('', '*')).map((pair) => pair.join(''));
  const protocol: fc.Arbitrary<Part> = fc
    .constantFrom(1, 6, 17, 47, 58, 132, 200)
    .chain((number) => compare('l4proto', single(number)));
  const tcp: fc.Arbitrary<Part[]> = fc.constant([
    {
      kind: 'compare',
      left: { kind: 'field', field: 'l4proto' },
      not: false,
      values: { ranges: [{ low: 6, high: 6 }] },
    },
  ]);
  const ports = fc.array(fc.oneof(compare('dport', span), compare('sport', port)), { maxLength: 2 });
  return fc
    .tuple(
      optional(compare('saddr', prefix(family))),
      optional(compare('daddr', prefix(family))),
      optional(named('iifname', device)),
      optional(named('oifname', device)),
      fc.oneof(
        optional(protocol),
        fc.tuple(tcp, ports).map((pair) => pair.flat()),
      ),
    )
    .map((parts) => parts.flat());
}

const either = (...of: Match[]): Match => ({ kind: 'any', of });
const ports = (field: Field, ranges: readonly ValueRange[]): Match => ({
  kind: 'compare',
  left: { kind: 'field', field },
  not: false,
  values: { ranges },
});
const state = Object.values(CT_STATE);
const match: fc.Arbitrary<Match> = fc.oneof(
  bits('ctstate', state),
  bits('ctstatus', [CT_STATUS.SNAT, CT_STATUS.DNAT]),
  bits('ctstatus', [CT_STATUS.ASSURED, CT_STATUS.CONFIRMED, CT_STATUS.EXPECTED, CT_STATUS.SEEN_REPLY]),
  masked('mark'),
  masked('ctmark'),
  compare(
    'mark',
    word32.map((low) => ({ low, high: low })),
  ),
  named('daddr-type', fc.constantFrom('LOCAL', 'BROADCAST')),
  named('physindev', fc.constantFrom('*', 'veth1', 'veth*')),
  named('pkttype', fc.constantFrom('unicast', 'multicast')),
  compare('length', span),
  compare('ctdirection', single(1)),
  compare('ct-original-dport', span),
  compare('ct-reply-sport', span),
  compare('ct-protocol', single(17)),
  fc
    .array(span, { minLength: 1, maxLength: 3 })
    .map((ranges) => either(ports('sport', ranges), ports('dport', ranges))),
  fc
    .tuple(bits('ctstate', state), bits('ctstatus', [CT_STATUS.SNAT, CT_STATUS.DNAT]))
    .map(([a, b]) => either({ ...a, not: false } as Match, { ...b, not: false } as Match)),
  compare('skuid', span),
  fc.record({ kind: fc.constant('lookup'), key: sides, set: name, not, ipset: fc.constant(true) }),
  fc.record({
    kind: fc.constant('random'),
    weight: fc.integer({ min: 0, max: 2 ** 31 }),
    of: fc.constant(2 ** 31),
    not,
  }),
  fc.record({
    kind: fc.constant('random'),
    weight: fc.constant(1),
    of: fc.integer({ min: 1, max: 100 }),
    not,
  }),
  fc.record({
    kind: fc.constant('recent'),
    list: name,
    operation: fc.constantFrom('set', 'rcheck', 'update', 'remove'),
    not,
  }),
  fc.record({
    kind: fc.constant('recent'),
    list: name,
    operation: fc.constant('rcheck'),
    seconds: word32,
    not,
  }),
  fc.record({ kind: fc.constant('rpfilter'), loose: fc.boolean(), withMark: fc.boolean(), not }),
  fc.constant<Match>({ kind: 'unknown-match', text: '-m limit --limit 3/min' }),
);

function statement(family: Family): fc.Arbitrary<Statement> {
  const change = fc.record({ and: word32, xor: word32 });
  // What iptables prints as port 0 is no port: see `targets/nat.ts`.
  const ports = span.filter(({ low }) => low > 0);
  const to = fc.oneof(
    addresses(family).map((addresses) => ({ addresses })),
    fc.record({ addresses: addresses(family), ports }),
    ports.map((each) => ({ ports: each })),
  );
  return fc.oneof(
    fc.record({ kind: fc.constantFrom('accept', 'drop', 'return', 'queue') }),
    fc.constant<Statement>({ kind: 'jump', chain: 'OTHER' }),
    fc.constant<Statement>({ kind: 'goto', chain: 'OTHER' }),
    fc.record({ kind: fc.constant('reject'), with: fc.constantFrom('tcp-reset', 'icmp-host-prohibited') }),
    fc.record({ kind: fc.constantFrom('dnat', 'snat'), to }),
    fc.constant<Statement>({ kind: 'masquerade' }),
    fc.record({ kind: fc.constantFrom('masquerade', 'redirect'), ports: span }),
    fc.record({ kind: fc.constantFrom('set-mark', 'set-ctmark'), change }),
    fc.record({ kind: fc.constantFrom('save-mark', 'restore-mark'), nfmask: word32, ctmask: word32 }),
    fc.constant<Statement>({ kind: 'notrack' }),
    fc.record({ kind: fc.constant('tproxy'), port: fc.integer({ min: 1, max: 0xffff }) }),
    fc.record({
      kind: fc.constant('update-set'),
      operation: fc.constantFrom('add', 'delete'),
      set: name,
      key: sides,
      ipset: fc.constant(true),
    }),
    fc.constant<Statement>({ kind: 'pass', text: 'TCPMSS --clamp-mss-to-pmtu' }),
    fc.constant<Statement>({ kind: 'unknown-statement', text: '-j SYNPROXY --mss 1460' }),
  );
}

interface PlainRule {
  readonly parts: readonly Part[];
  readonly comment: string | undefined;
}

const rule = (family: Family): fc.Arbitrary<PlainRule> =>
  fc
    .tuple(
      header(family),
      fc.array(match, { maxLength: 3 }),
      fc.array(statement(family), { maxLength: 1 }),
      fc.option(fc.string(), { nil: undefined }),
    )
    .filter(([, , , comment]) => comment === undefined || !/[\n\r\0]/.test(comment))
    .map(([header, matches, statements, comment]) => ({
      parts: [...header, ...matches, ...statements],
      comment,
    }));

function listOf(rules: readonly PlainRule[]): RuleList {
  return {
    length: rules.length,
    at: (index) => ({
      line: 0,
      text: '',
      parts: rules[index]?.parts ?? [],
      ...(rules[index]?.comment === undefined ? {} : { comment: rules[index].comment }),
    }),
    next: (from) => from,
  };
}

const table = (
  family: Family,
): fc.Arbitrary<{ table: Table; rules: readonly (readonly [string, readonly PlainRule[]])[] }> =>
  fc
    .record({
      name: fc.constantFrom('filter', 'nat', 'mangle'),
      origin: fc.constantFrom('iptables-legacy', 'iptables-nft'),
      policy: fc.constantFrom('accept', 'drop'),
      chains: fc.tuple(
        ...['PREROUTING', 'OUTPUT', 'OTHER', 'MORE'].map((name) =>
          fc.tuple(fc.constant(name), fc.array(rule(family), { maxLength: 4 })),
        ),
      ),
    })
    .map(({ name, origin, policy, chains }) => {
      const made = chains.map(([chain, rules]): [string, Chain] => {
        const base = baseChainOf(name, chain, policy, origin);
        return [chain, { name: chain, ...(base && { base }), rules: listOf(rules), line: 0 }];
      });
      const table: Table = {
        family,
        name,
        origin,
        source: 'x',
        chains: new Map(made),
        sets: new Map(),
        complete: true,
      };
      return { table, rules: chains };
    });

const plain = ({ parts, comment }: Rule): PlainRule => ({ parts, comment });

it.each(['ip', 'ip6'] as const)('parses what it prints, %s', (family) => {
  fc.assert(
    fc.property(table(family), ({ table, rules }) => {
      const bytes = new TextEncoder().encode(printIptables(table));
      const { tables, issues } = parseIptables({ path: 'x', bytes });
      expect(issues).toEqual([]);
      const [read] = tables;
      expect(read).toMatchObject({ family, name: table.name, origin: table.origin, complete: true });
      expect([...(read?.chains.values() ?? [])].map(({ name, base }) => [name, base])).toEqual(
        [...table.chains.values()].map(({ name, base }) => [name, base]),
      );
      for (const [chain, expected] of rules) {
        const list = read?.chains.get(chain)?.rules as RuleList;
        expect(Array.from({ length: list.length }, (_, i) => plain(list.at(i)))).toEqual(expected);
      }
    }),
    { numRuns: 500 },
  );
});

it('prints the form of iptables-save', () => {
  const text = `# Generated by iptables-save v1.8.9 (nf_tables)
*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SEP-X - [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-SEP-X -s 10.244.1.14/32 -m comment --comment "shop/web:http" -j MARK --set-xmark 0x4000/0x4000
-A KUBE-SERVICES ! -s 10.244.0.0/16 -d 10.96.0.10/32 -p udp -m comment --comment "a \\"b\\"" -m udp --dport 53 -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-X
COMMIT
`;
  const { tables } = parseIptables({ path: 'x', bytes: new TextEncoder().encode(text) });
  expect(printIptables(tables[0] as Table)).toBe(text);
});

it('keeps a rule that iptables cannot say as a comment', () => {
  const rule: PlainRule = {
    parts: [{ kind: 'lookup', key: [], set: 's', not: false, ipset: false }],
    comment: undefined,
  };
  const rules = { ...listOf([rule]), at: () => ({ line: 1, text: 'ip daddr @s drop', parts: rule.parts }) };
  const chains = new Map([['C', { name: 'C', rules, line: 0 }]]);
  const table: Table = {
    family: 'ip',
    name: 'filter',
    origin: 'nftables',
    source: 'x',
    chains,
    sets: new Map(),
    complete: true,
  };
  expect(printIptables(table)).toContain('\n# ip daddr @s drop\n');
});
