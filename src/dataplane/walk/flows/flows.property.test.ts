import fc from '../../../model/random-fixture.ts';
import { expect, test } from 'vitest';
import { indexElements } from '../../ruleset/element-index.ts';
import type { Field, Part } from '../../ruleset/rule-parts.ts';
import type { Hook } from '../../ruleset/ruleset.ts';
import { type NamedSet } from '../../ruleset/sets.ts';
import {
  base,
  chance,
  dnat,
  ip,
  is,
  network,
  node,
  not,
  route,
  table,
  vantage,
} from '../testing/hand-made.ts';
import { walk } from '../walk.ts';
import { Flows } from './flows.ts';

const PODS = ['10.244.1.5', '10.244.1.6', '10.244.2.5', '10.244.2.6', '10.244.2.7', '10.244.2.130'];
const SERVICES = ['10.96.0.5', '10.96.0.6', '10.96.0.7'];
const ADDRESSES = [
  ...PODS,
  ...SERVICES,
  '10.244.2.0/25',
  '10.244.0.0/16',
  '192.168.90.0/24',
  '10.244.2.6/31',
];
const LOOKED_AT: readonly Field[] = [
  'saddr',
  'daddr',
  'ct-original-daddr',
  'ct-original-saddr',
  'ct-reply-saddr',
];

const prefix = fc.constantFrom(...ADDRESSES.map((text) => (text.includes('/') ? text : `${text}/32`)));
const field = fc.constantFrom(...LOOKED_AT);
const port = fc.constantFrom(80, 81, 8080, 8081);

/** A pod of the second node that answers nobody. */
const SILENT = { address: ip('10.244.2.7'), device: 'cni0', state: 'FAILED' };

const SET: NamedSet = {
  name: 'some',
  keyTypes: ['ipv4_addr', 'inet_service'],
  kind: 'set',
  dynamic: false,
  elements: indexElements([
    { key: [at('10.244.2.6'), { low: 8080, high: 8080 }], line: 1 },
    { key: [at('10.96.0.7'), { low: 80, high: 80 }], line: 2 },
  ]),
  line: 1,
};

function at(address: string): { low: number | bigint; high: number | bigint } {
  return { low: ip(address), high: ip(address) };
}

const condition: fc.Arbitrary<Part> = fc.oneof(
  fc.tuple(field, prefix).map(([name, value]) => is(name, value)),
  fc.tuple(field, prefix).map(([name, value]) => not(is(name, value))),
  fc
    .tuple(fc.constantFrom<Field>('dport', 'sport', 'ct-original-dport'), port)
    .map(([name, value]) => is(name, value)),
  fc.constantFrom<Part>(
    {
      kind: 'compare',
      left: { kind: 'field', field: 'daddr', mask: 1 },
      not: false,
      values: { ranges: [{ low: 1, high: 1 }] },
    },
    {
      kind: 'lookup',
      key: [
        { kind: 'field', field: 'daddr' },
        { kind: 'field', field: 'dport' },
      ],
      set: 'some',
      not: false,
      ipset: false,
    },
    {
      kind: 'lookup',
      key: [
        { kind: 'field', field: 'saddr' },
        { kind: 'field', field: 'sport' },
      ],
      set: 'some',
      not: true,
      ipset: false,
    },
    {
      kind: 'compare',
      left: { kind: 'hash', fields: ['saddr', 'daddr'], mod: 2, offset: 0 },
      not: false,
      values: { ranges: [{ low: 0, high: 0 }] },
    },
    is('ctstate', 8),
    is('iifname', 'cni0'),
    is('mark', 1),
    is('daddr-type', 'LOCAL'),
  ),
);
const action: fc.Arbitrary<Part> = fc.constantFrom<Part>(
  { kind: 'accept' },
  { kind: 'drop' },
  { kind: 'return' },
  { kind: 'reject', with: 'icmp-port-unreachable' },
  { kind: 'masquerade' },
  { kind: 'set-mark', change: { and: 0, xor: 1 } },
  { kind: 'netmap', first: ip('10.244.2.0'), prefix: 24 },
  { kind: 'jump', chain: 'MORE' },
  { kind: 'notrack' },
  dnat('10.244.2.7', 8081),
);
const rule = fc
  .tuple(fc.array(condition, { minLength: 1, maxLength: 2 }), action)
  .map(([parts, last]) => [...parts, last]);
const rules = fc.array(rule, { maxLength: 4 });
// Rules that go round in a circle use up the walk's budget, in whatever order branches are walked.
const plain = fc.array(
  rule.filter((parts) => parts.every(({ kind }) => kind !== 'jump')),
  { maxLength: 4 },
);

const HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const others = fc.array(
  fc
    .record({
      hook: fc.constantFrom(...HOOKS),
      priority: fc.constantFrom(-300, -150, 0, 100),
      own: rules,
      more: plain,
    })
    .map(({ hook, priority, own, more }) =>
      table(
        `t${priority}`,
        {
          base: {
            base: base(hook, priority, priority === 100 && hook === 'postrouting' ? 'nat' : 'filter'),
            rules: own,
          },
          MORE: { rules: more },
        },
        'nftables',
        new Map([['some', SET]]),
      ),
    ),
  { maxLength: 3 },
);

/** Each Service sends to its own endpoints, as kube-proxy writes it. */
const services = table('nat', {
  PREROUTING: { base: base('prerouting', -100, 'nat'), rules: jumps() },
  OUTPUT: { base: base('output', -100, 'nat'), rules: jumps() },
  ...Object.fromEntries(SERVICES.map((_, index) => [`SVC${index}`, { rules: choices(index) }])),
});

function jumps(): Part[][] {
  return SERVICES.map((address, index): Part[] => [
    is('daddr', `${address}/32`),
    is('dport', 80),
    { kind: 'jump', chain: `SVC${index}` },
  ]);
}

function choices(index: number): Part[][] {
  const own = PODS.filter((_, pod) => pod % SERVICES.length === index || pod % 2 === index % 2);
  return own.map((address, i) => [
    ...(i === own.length - 1 ? [] : [chance(1 / (own.length - i))]),
    dnat(address, 8080 + (i % 2)),
  ]);
}

test('packets fare by flows as they fare one by one', { timeout: 900_000 }, () => {
  fc.assert(
    fc.property(others, others, fc.boolean(), (first, second, isRouted) => {
      const more = isRouted
        ? {
            routes: [
              route('10.244.2.0/24', 'eth0', '192.168.90.12'),
              route('10.244.2.6/32', 'eth1'),
              route('10.244.1.0/24', 'cni0'),
            ],
          }
        : {};
      const nodes = network(
        [
          node(1, [services, ...first], [2], more),
          node(2, [services, ...second], [1], isRouted ? { neighbours: [SILENT] } : {}),
        ],
        Object.fromEntries(
          [...PODS, '10.244.1.2'].map((address) => [address, `shop/pod-${address.replaceAll('.', '-')}`]),
        ),
      );
      const flows = new Flows();
      for (const kind of ['pod', 'node', 'external'] as const) {
        const source = kind === 'pod' ? '10.244.1.2' : kind === 'node' ? '192.168.90.11' : '203.0.113.9';
        for (const service of SERVICES) {
          const packet = { source: ip(source), destination: ip(service), destinationPort: 80, protocol: 6 };
          const client = vantage(kind, 1, source);
          expect(walk(nodes, client, packet, { flows })).toEqual(walk(nodes, client, packet));
        }
      }
    }),
    { numRuns: Number(process.env['WALK_RUNS'] ?? 300) },
  );
});
