import fc from '../../src/model/random-fixture.ts';
import type { ListedKey, TableName } from './ruleset-model.ts';

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
/** What rules match addresses by. */
export const PREFIXES: readonly string[] = [
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

/** A port that packets go to, and rules name. */
export const port: fc.Arbitrary<number> = fc.constantFrom(...PORTS);
/** A mark, or a mask of one. */
export const bits: fc.Arbitrary<number> = fc.constantFrom(0x1, 0x4000, 0x8000, 0xff, 0xffffffff);
/** Whether a condition is negated. */
export const not: fc.Arbitrary<boolean> = fc.boolean();

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
