import fc from '../../model/random-fixture.ts';
import { expect, test } from 'vitest';
import type { Hook } from '../ruleset/ruleset.ts';
import type { Part } from '../ruleset/rule-parts.ts';
import { indexElements } from '../ruleset/element-index.ts';
import { base, chance, dnat, ip, is, network, node, not, table, vantage } from './testing/hand-made.ts';
import { walk } from './walk.ts';

const CHAINS = ['A', 'B', 'C'];
const field = (name: 'icmp-type' | 'skuid' | 'length' | 'ctmark' | 'iifname'): Part =>
  name === 'iifname'
    ? is('iifname', 'eth*')
    : {
        kind: 'compare',
        left: { kind: 'field', field: name },
        not: false,
        values: { ranges: [{ low: 0, high: 9 }] },
      };

// Everything a dump may hold, sensible or not: circles, chains and sets that are missing, values that are not known.
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.constantFrom<Part>(
    is('saddr', '10.244.1.0/24'),
    not(is('daddr', '10.244.2.5/32')),
    is('dport', 80),
    is('sport', 40000),
    is('mark', 1),
    chance(1 / 3),
    chance(0.5),
    field('icmp-type'),
    field('skuid'),
    field('length'),
    field('ctmark'),
    field('iifname'),
    { kind: 'unknown-match', text: '-m u32' },
    { kind: 'rpfilter', loose: false, not: false, withMark: false },
    { kind: 'socket', not: false, text: '' },
    { kind: 'recent', list: 'X', operation: 'rcheck', not: true },
    { kind: 'lookup', key: [{ kind: 'field', field: 'saddr' }], set: 'gone', not: false, ipset: true },
    { kind: 'compare', left: { kind: 'unknown', text: '?' }, not: true, values: { names: ['x'] } },
  ),
  fc.constantFrom<Part>(
    { kind: 'accept' },
    { kind: 'drop' },
    { kind: 'return' },
    { kind: 'queue' },
    { kind: 'reject', with: 'icmp-port-unreachable' },
    { kind: 'notrack' },
    { kind: 'tproxy' },
    { kind: 'pass', text: 'LOG' },
    { kind: 'masquerade' },
    { kind: 'redirect', ports: { low: 8080, high: 8080 } },
    { kind: 'netmap', first: ip('10.244.2.0'), prefix: 24 },
    { kind: 'set-mark', change: { and: 0, xor: 1 } },
    { kind: 'save-mark', nfmask: 0xff, ctmask: 0xff },
    { kind: 'restore-mark', nfmask: 0xff, ctmask: 0xff },
    { kind: 'unknown-statement', text: 'meta foo' },
    { kind: 'jump', chain: 'GONE' },
    { kind: 'vmap', key: [{ kind: 'field', field: 'saddr' }], map: 'gone' },
    {
      kind: 'vmap',
      key: [{ kind: 'numgen', mode: 'random', mod: 3, offset: 0 }],
      map: {
        elements: indexElements([
          {
            key: [{ low: 0, high: 1 }],
            value: { kind: 'verdict', verdict: { kind: 'jump', chain: 'A' } },
            line: 1,
          },
        ]),
      },
    },
    dnat('10.244.2.5', 8080),
    dnat('10.96.0.9', 1),
    dnat('192.168.90.11', 53),
    dnat('127.0.0.1', 53),
  ),
  fc.record({ kind: fc.constantFrom('jump' as const, 'goto' as const), chain: fc.constantFrom(...CHAINS) }),
);

const rules = fc.array(fc.array(part, { maxLength: 3 }), { maxLength: 4 });
const HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

const tables = fc.array(
  fc
    .record({
      type: fc.constantFrom('filter' as const, 'nat' as const),
      hook: fc.constantFrom(...HOOKS),
      priority: fc.constantFrom(-300, -150, -100, 0, 100),
      policy: fc.constantFrom('accept' as const, 'drop' as const),
      own: rules,
      chains: fc.tuple(rules, rules, rules),
      complete: fc.boolean(),
      origin: fc.constantFrom('iptables-nft' as const, 'nftables' as const),
    })
    .map(({ type, hook, priority, policy, own, chains, complete, origin }) => ({
      ...table(
        `t${priority}`,
        {
          base: { base: base(hook, priority, type, policy), rules: own },
          ...Object.fromEntries(chains.map((list, i) => [CHAINS[i], { rules: list }])),
        },
        origin,
      ),
      complete,
    })),
  { maxLength: 4 },
);

const PODS = { '10.244.1.2': 'shop/a', '10.244.1.5': 'shop/b', '10.244.2.5': 'shop/c' };

test('the walk always ends, never throws, and its shares make a whole', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      tables,
      tables,
      fc.constantFrom('pod' as const, 'node' as const, 'external' as const),
      fc.constantFrom(
        '10.96.0.5',
        '10.244.1.5',
        '10.244.2.5',
        '192.168.90.12',
        '127.0.0.1',
        '8.8.8.8',
        '224.0.0.1',
      ),
      fc.constantFrom(1, 6, 17, 132, 47),
      fc.boolean(),
      (first, second, kind, destination, protocol, verbose) => {
        const nodes = network([node(1, first, [2]), node(2, second, [1])], PODS);
        const source = kind === 'pod' ? '10.244.1.2' : kind === 'node' ? '192.168.90.11' : '203.0.113.9';
        const { outcomes } = walk(
          nodes,
          vantage(kind, 1, source),
          { source: ip(source), destination: ip(destination), destinationPort: 80, protocol },
          { verbose },
        );
        expect(outcomes.length).toBeGreaterThan(0);
        let least = 0;
        let most = 0;
        for (const { probability, result, unknowns } of outcomes) {
          const [min, max] = probability;
          expect(min).toBeGreaterThanOrEqual(0);
          expect(max).toBeLessThanOrEqual(1 + 1e-9);
          expect(min).toBeLessThanOrEqual(max);
          // Whatever is not known says why.
          if (result === 'unknown' || min !== max) expect(unknowns.length).toBeGreaterThan(0);
          least += min;
          most += max;
        }
        expect(least).toBeLessThanOrEqual(1 + 1e-9);
        expect(most).toBeGreaterThanOrEqual(1 - 1e-9);
        if (outcomes.every(({ probability: [min, max] }) => min === max)) expect(most).toBeCloseTo(1, 9);
        const order = outcomes.map((outcome) => outcome.destination.address);
        expect(order).toEqual(order.toSorted((a, b) => Number(a) - Number(b)));
      },
    ),
    { numRuns: Number(process.env['WALK_RUNS'] ?? 300) },
  );
});
