import fc from '../../src/model/random-fixture.ts';

/** A condition, in words that iptables and nftables both have. Addresses and ports are text as rules write them. */
export type Condition =
  | { readonly kind: 'source' | 'destination'; readonly not: boolean; readonly prefix: string }
  | {
      readonly kind: 'destination-port' | 'source-port';
      readonly not: boolean;
      readonly low: number;
      readonly high: number;
    }
  | { readonly kind: 'ports'; readonly ports: readonly number[] }
  | { readonly kind: 'mark'; readonly not: boolean; readonly value: number; readonly mask: number }
  | { readonly kind: 'connmark'; readonly not: boolean; readonly value: number; readonly mask: number }
  | {
      readonly kind: 'state';
      readonly not: boolean;
      readonly states: readonly ('NEW' | 'ESTABLISHED' | 'INVALID' | 'UNTRACKED')[];
    }
  | { readonly kind: 'translated'; readonly not: boolean }
  | { readonly kind: 'interface-in'; readonly not: boolean; readonly name: string }
  | { readonly kind: 'local'; readonly side: 'source' | 'destination'; readonly not: boolean }
  /** The destination is an address of the interface by which the packet came. */
  | { readonly kind: 'local-here'; readonly not: boolean }
  | { readonly kind: 'source-range'; readonly not: boolean; readonly low: string; readonly high: string }
  /** What the connection's first packet asked for, before any translation. */
  | { readonly kind: 'asked'; readonly not: boolean; readonly address: string }
  /** Only where the protocol is TCP: the packet opens a connection. */
  | { readonly kind: 'opens'; readonly not: boolean }
  | { readonly kind: 'random'; readonly quarter: 1 | 2 | 3 }
  /** Destination, protocol and port together are (not) one of a set. */
  | { readonly kind: 'listed'; readonly not: boolean; readonly keys: readonly ListedKey[] };

/** A range of destinations and ports; no two of `LISTED` overlap. */
export interface ListedKey {
  readonly prefix: string;
  readonly protocol: 'tcp' | 'udp';
  readonly low: number;
  readonly high: number;
}

/** What a verdict map can answer. */
export type MapVerdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** What a rule does. */
export type Action =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'reject' | 'none' | 'log' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'mark' | 'connmark'; readonly value: number; readonly mask: number }
  | { readonly kind: 'save-mark' | 'restore-mark' }
  | { readonly kind: 'notrack' }
  | { readonly kind: 'dnat'; readonly address: string; readonly port: number }
  | { readonly kind: 'redirect'; readonly port: number }
  /** Only iptables: the network of the destination becomes 203.0.113.0/24. */
  | { readonly kind: 'netmap' }
  | { readonly kind: 'masquerade' }
  | { readonly kind: 'snat'; readonly address: string }
  /** Only nftables: a verdict by destination, protocol and port; none for others. */
  | {
      readonly kind: 'dispatch';
      readonly elements: readonly { readonly key: ListedKey; readonly verdict: MapVerdict }[];
    }
  /** Only nftables: one of the verdicts at random; undefined is no element. */
  | { readonly kind: 'spread'; readonly verdicts: readonly (MapVerdict | undefined)[] }
  /** Only nftables: one of the targets at random. */
  | {
      readonly kind: 'dnat-spread';
      readonly targets: readonly ({ readonly address: string; readonly port: number } | undefined)[];
    };

/** A rule: its action is taken where every condition holds. Ports are tested only where the protocol is given. */
export interface RandomRule {
  readonly protocol?: { readonly not: boolean; readonly name: 'tcp' | 'udp' };
  readonly conditions: readonly Condition[];
  readonly action: Action;
}

/** The tables that are filled. */
export type TableName = 'raw' | 'mangle' | 'nat' | 'filter' | 'security';

/** A chain; `hook` says which built-in one it is. */
export interface RandomChain {
  readonly name: string;
  readonly hook?: string;
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly rules: readonly RandomRule[];
}

/** Chains by table. */
export type RandomRuleset = Readonly<Record<TableName, readonly RandomChain[]>>;

/** A packet to send. */
export interface RandomPacket {
  readonly source: string;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: 'tcp' | 'udp';
}

/** The hooks that a packet from outside meets, by table, in the order of iptables(8). */
export const HOOKS: Readonly<Record<TableName, readonly string[]>> = {
  raw: ['PREROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD'],
  security: ['INPUT', 'FORWARD'],
};

/** Addresses of the node: the second is of the interface by which packets come. */
export const OWN: readonly string[] = ['192.0.2.1', '192.0.2.2'];

/** Where packets come from, and where they go: 203.0.113.0/24 is forwarded. */
export const SOURCES: readonly string[] = ['198.18.0.1', '198.18.0.2', '198.18.1.1', '198.18.1.2'];
/** Destinations of packets and of translations. */
export const DESTINATIONS: readonly string[] = [
  '203.0.113.1',
  '203.0.113.2',
  '203.0.113.130',
  ...OWN,
  '10.96.0.1',
];
const PREFIXES = [
  ...SOURCES,
  ...DESTINATIONS,
  '198.18.0.0/24',
  '198.18.0.0/16',
  '203.0.113.0/25',
  '203.0.113.128/25',
  '0.0.0.0/0',
  '10.96.0.0/16',
];
const PORTS = [53, 80, 443, 8080, 30080];
const CHAINS = ['A', 'B', 'C', 'D'];

const port = fc.constantFrom(...PORTS);
const bits = fc.constantFrom(0x1, 0x4000, 0x8000, 0xff, 0xffffffff);
const not = fc.boolean();

/** What sets are made of. No two of them overlap, which the kernel would refuse. */
export const LISTED: readonly ListedKey[] = [
  '203.0.113.0/25',
  '203.0.113.128/25',
  '192.0.2.1',
  '10.96.0.0/16',
].flatMap((prefix) =>
  (['tcp', 'udp'] as const).flatMap((protocol) =>
    (
      [
        [53, 53],
        [79, 81],
        [8080, 8080],
        [30080, 30083],
      ] as const
    ).map(([low, high]) => ({ prefix, protocol, low, high })),
  ),
);

function sorted(a: number, b: number): { low: number; high: number } {
  return { low: Math.min(a, b), high: Math.max(a, b) };
}

function condition(table: TableName, hook: string | undefined): fc.Arbitrary<Condition> {
  const all: fc.Arbitrary<Condition>[] = [
    fc.record({
      kind: fc.constantFrom('source' as const, 'destination' as const),
      not,
      prefix: fc.constantFrom(...PREFIXES.filter((prefix) => !prefix.endsWith('/0'))),
    }),
    fc
      .tuple(not, port, port)
      .map(([negated, a, b]) => ({ kind: 'destination-port' as const, not: negated, ...sorted(a, b) })),
    fc
      .tuple(not, fc.constantFrom(1024, 20000, 40000), fc.constantFrom(15000, 30000, 65535))
      .map(([negated, a, b]) => ({ kind: 'source-port' as const, not: negated, ...sorted(a, b) })),
    fc.uniqueArray(port, { minLength: 1, maxLength: 3 }).map((ports) => ({ kind: 'ports' as const, ports })),
    fc.tuple(not, bits, bits).map(([negated, value, mask]) => ({
      kind: 'mark' as const,
      not: negated,
      value: (value & mask) >>> 0,
      mask,
    })),
    fc.tuple(not, fc.constantFrom(...SOURCES), fc.constantFrom(...SOURCES)).map(([negated, a, b]) => ({
      kind: 'source-range' as const,
      not: negated,
      ...(a < b ? { low: a, high: b } : { low: b, high: a }),
    })),
    fc.record({ kind: fc.constant('opens' as const), not }),
    fc.record({
      kind: fc.constant('listed' as const),
      not,
      keys: fc.uniqueArray(fc.constantFrom(...LISTED), { minLength: 1, maxLength: 12 }),
    }),
    fc.record({
      kind: fc.constant('local' as const),
      side: fc.constantFrom('source' as const, 'destination' as const),
      not,
    }),
    fc.constantFrom<Condition>(
      { kind: 'random', quarter: 1 },
      { kind: 'random', quarter: 2 },
      { kind: 'random', quarter: 3 },
    ),
  ];
  if (table !== 'raw') {
    all.push(
      fc.record({
        kind: fc.constant('state' as const),
        not,
        states: fc.uniqueArray(
          fc.constantFrom('NEW' as const, 'ESTABLISHED' as const, 'INVALID' as const, 'UNTRACKED' as const),
          { minLength: 1, maxLength: 2 },
        ),
      }),
      fc.tuple(not, bits, bits).map(([negated, value, mask]) => ({
        kind: 'connmark' as const,
        not: negated,
        value: (value & mask) >>> 0,
        mask,
      })),
      fc.record({ kind: fc.constant('translated' as const), not }),
      fc.record({
        kind: fc.constant('asked' as const),
        not,
        address: fc.constantFrom(...DESTINATIONS),
      }),
    );
  }
  if (hook !== 'POSTROUTING')
    all.push(
      fc.record({
        kind: fc.constant('interface-in' as const),
        not,
        name: fc.constantFrom('judge1', 'judge+', 'eth0'),
      }),
    );
  if (hook === 'PREROUTING' || hook === 'INPUT')
    all.push(fc.record({ kind: fc.constant('local-here' as const), not }));
  return fc.oneof(...all);
}

// What only nftables can do: maps of verdicts and of addresses.
function mapActions(
  table: TableName,
  hook: string | undefined,
  callable: readonly string[],
): fc.Arbitrary<Action>[] {
  const plain: readonly MapVerdict[] = [{ kind: 'accept' }, { kind: 'return' }, { kind: 'continue' }];
  const verdicts: MapVerdict[] = [
    ...plain,
    ...(table === 'nat' ? [] : [{ kind: 'drop' as const }]),
    ...callable.flatMap((chain): MapVerdict[] => [
      { kind: 'jump', chain },
      { kind: 'goto', chain },
    ]),
  ];
  const verdict = fc.constantFrom(...verdicts);
  const actions: fc.Arbitrary<Action>[] = [
    fc
      .uniqueArray(fc.record({ key: fc.constantFrom(...LISTED), verdict }), {
        minLength: 1,
        maxLength: 12,
        selector: ({ key }) => key,
      })
      .map((elements) => ({ kind: 'dispatch' as const, elements })),
    fc
      .array(fc.option(verdict, { nil: undefined, freq: 4 }), { minLength: 1, maxLength: 4 })
      .filter((list) => list.some((one) => one !== undefined))
      .map((list) => ({ kind: 'spread' as const, verdicts: list })),
  ];
  if (table === 'nat' && hook === 'PREROUTING') {
    const target = fc.record({
      address: fc.constantFrom('203.0.113.1', '203.0.113.2', '192.0.2.1'),
      port,
    });
    actions.push(
      fc
        .array(fc.option(target, { nil: undefined, freq: 5 }), { minLength: 1, maxLength: 4 })
        .filter((list) => list.some((one) => one !== undefined))
        .map((targets) => ({ kind: 'dnat-spread' as const, targets })),
    );
  }
  return actions;
}

// Chains call only chains further down, as the kernel allows no circle.
function action(
  table: TableName,
  hook: string | undefined,
  callable: readonly string[],
  isNft: boolean,
): fc.Arbitrary<Action> {
  const all: fc.Arbitrary<Action>[] = [
    fc.constantFrom<Action>({ kind: 'accept' }, { kind: 'return' }, { kind: 'none' }, { kind: 'log' }),
    fc
      .tuple(bits, bits)
      .map(([value, mask]) => ({ kind: 'mark' as const, value: (value & mask) >>> 0, mask })),
  ];
  if (table !== 'nat') all.push(fc.constant<Action>({ kind: 'drop' }));
  if (table === 'filter') all.push(fc.constant<Action>({ kind: 'reject' }));
  if (table === 'mangle') {
    all.push(
      fc.constantFrom<Action>({ kind: 'save-mark' }, { kind: 'restore-mark' }),
      fc
        .tuple(bits, bits)
        .map(([value, mask]) => ({ kind: 'connmark' as const, value: (value & mask) >>> 0, mask })),
    );
  }
  if (table === 'raw') all.push(fc.constant<Action>({ kind: 'notrack' }));
  if (callable.length > 0) {
    const jump = fc.record({
      kind: fc.constantFrom('jump' as const, 'goto' as const),
      chain: fc.constantFrom(...callable),
    });
    all.push(jump, jump, jump);
  }
  if (table === 'nat' && hook === 'PREROUTING') {
    all.push(
      fc.record({
        kind: fc.constant('dnat' as const),
        address: fc.constantFrom('203.0.113.1', '203.0.113.2', '192.0.2.1'),
        port,
      }),
      fc.record({ kind: fc.constant('redirect' as const), port }),
    );
    if (!isNft) all.push(fc.constant<Action>({ kind: 'netmap' }));
  }
  if (table === 'nat' && hook === 'POSTROUTING')
    all.push(fc.constantFrom<Action>({ kind: 'masquerade' }, { kind: 'snat', address: '192.0.2.9' }));
  if (isNft) all.push(...mapActions(table, hook, callable));
  return fc.oneof(...all);
}

function chain(
  table: TableName,
  name: string,
  hook: string | undefined,
  callable: readonly string[],
  isNft: boolean,
): fc.Arbitrary<RandomChain> {
  const rule = fc
    .tuple(
      fc.option(fc.record({ not, name: fc.constantFrom('tcp' as const, 'udp' as const) }), {
        nil: undefined,
      }),
      fc.uniqueArray(condition(table, hook), { maxLength: 3, selector: ({ kind }) => kind }),
      action(table, hook, callable, isNft),
    )
    .map(([protocol, conditions, done]): RandomRule => {
      const hasPorts = protocol !== undefined && !protocol.not;
      return {
        ...(protocol === undefined ? {} : { protocol }),
        conditions: conditions.filter(({ kind }) =>
          kind === 'opens' ? hasPorts && protocol.name === 'tcp' : hasPorts || !kind.includes('port'),
        ),
        action: /^(dnat-spread|redirect)$/.test(done.kind) && !hasPorts ? { kind: 'none' } : done,
      };
    });
  const rules = fc.array(rule, { maxLength: 5 });
  if (hook === undefined) return rules.map((list) => ({ name, rules: list }));
  const policy =
    table === 'nat'
      ? fc.constant('ACCEPT' as const)
      : fc.oneof(
          { weight: 5, arbitrary: fc.constant('ACCEPT' as const) },
          { weight: 1, arbitrary: fc.constant('DROP' as const) },
        );
  return fc.tuple(rules, policy).map(([list, policyOf]) => ({ name, hook, policy: policyOf, rules: list }));
}

// A user chain is called from one hook only, so that what it may do (translate, test an interface) is allowed there.
function table(name: TableName, isNft: boolean): fc.Arbitrary<readonly RandomChain[]> {
  const chains = HOOKS[name].flatMap((hook) => {
    const own = CHAINS.map((letter) => `${letter}-${hook}`);
    return [
      chain(name, hook, hook, own, isNft),
      ...own.map((user, i) => userChain(name, user, hook, own.slice(i + 1), isNft)),
    ];
  });
  return fc.tuple(...chains);
}

function userChain(
  name: TableName,
  user: string,
  hook: string,
  callable: readonly string[],
  isNft: boolean,
): fc.Arbitrary<RandomChain> {
  return chain(name, user, hook, callable, isNft).map(({ rules }) => ({ name: user, rules }));
}

function rulesetsOf(isNft: boolean): fc.Arbitrary<RandomRuleset> {
  return fc.record({
    raw: table('raw', isNft),
    mangle: table('mangle', isNft),
    nat: table('nat', isNft),
    filter: table('filter', isNft),
    security: table('security', isNft),
  });
}

/** Rulesets of four tables whose chains call each other, of conditions and actions that real nodes use. */
export const rulesets: fc.Arbitrary<RandomRuleset> = rulesetsOf(false);

/** The same with what only nftables has: sets, and maps of verdicts and addresses. */
export const nftRulesets: fc.Arbitrary<RandomRuleset> = rulesetsOf(true);

/** Packets from the four sources to every kind of destination. */
export const packets: fc.Arbitrary<RandomPacket> = fc.record({
  source: fc.constantFrom(...SOURCES),
  destination: fc.constantFrom(...DESTINATIONS),
  destinationPort: port,
  protocol: fc.constantFrom('tcp' as const, 'udp' as const),
});
