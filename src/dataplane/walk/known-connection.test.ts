import { expect, test } from 'vitest';
import type { ConntrackEntry } from '../conntrack/entry.ts';
import { CT_STATE } from '../ruleset/rule-parts.ts';
import { base, dnat, ip, is, network, node, table, vantage } from './testing/hand-made.ts';
import type { Outcome } from './trace.ts';
import { walk } from './walk.ts';

const PODS = { '10.244.1.2': 'shop/client', '10.244.1.5': 'shop/web-1', '10.244.1.6': 'shop/web-2' };

const nat = table('nat', {
  PREROUTING: {
    base: base('prerouting', -100, 'nat'),
    rules: [[is('daddr', '10.96.0.5/32'), dnat('10.244.1.5', 5353)]],
  },
  POSTROUTING: { base: base('postrouting', 100, 'nat'), rules: [[{ kind: 'masquerade' }]] },
});
const onlyNew = table('filter', {
  FORWARD: {
    base: base('forward', 0),
    rules: [
      [
        { kind: 'bits', left: { kind: 'field', field: 'ctstate' }, bits: CT_STATE.NEW, not: true },
        { kind: 'drop' },
      ],
    ],
  },
});

function entry(to: string, more: Partial<ConntrackEntry> = {}): ConntrackEntry {
  return {
    protocol: 17,
    original: {
      source: ip('10.244.1.2'),
      sourcePort: 4000,
      destination: ip('10.96.0.5'),
      destinationPort: 53,
    },
    reply: {
      source: ip(to),
      sourcePort: to.startsWith('10.96') ? 53 : 5353,
      destination: ip('10.244.1.2'),
      destinationPort: 4000,
    },
    isUnreplied: true,
    isAssured: false,
    line: 7,
    ...more,
  };
}

function send(
  entries: readonly ConntrackEntry[],
  sourcePort: number | undefined,
  ...more: (typeof nat)[]
): Outcome {
  const state = node(1, [nat, ...more], [], { conntrack: entries });
  const { outcomes } = walk(network([state], PODS), vantage('pod', 1, '10.244.1.2'), {
    source: ip('10.244.1.2'),
    ...(sourcePort === undefined ? {} : { sourcePort }),
    destination: ip('10.96.0.5'),
    destinationPort: 53,
    protocol: 17,
  });
  expect(outcomes).toHaveLength(1);
  return outcomes[0] as Outcome;
}

test('a packet of a connection goes where the connection went, whatever the rules say now', () => {
  expect(send([entry('10.244.1.6')], 4000)).toMatchObject({
    result: 'delivered',
    destination: { address: ip('10.244.1.6'), port: 5353 },
    sourceNat: 'none',
    decidedBy: { family: 'conntrack', line: 7 },
  });
});

test('also to an endpoint that is gone, or to nowhere where no rule was there at first', () => {
  expect(send([entry('10.244.1.99')], 4000)).toMatchObject({
    result: 'unroutable',
    decidedBy: { family: 'conntrack', rule: expect.stringContaining('[UNREPLIED]') },
  });
  expect(send([entry('10.96.0.5')], 4000)).toMatchObject({
    result: 'unroutable',
    destination: { address: ip('10.96.0.5'), port: 53 },
  });
});

test('another source port, and one that is free, make a new connection', () => {
  for (const port of [4001, undefined]) {
    expect(send([entry('10.244.1.6')], port)).toMatchObject({
      destination: { address: ip('10.244.1.5'), port: 5353 },
      sourceNat: 'masquerade',
    });
  }
});

test('its source is translated as it was', () => {
  const masqueraded = entry('10.244.1.6', {
    reply: {
      source: ip('10.244.1.6'),
      sourcePort: 5353,
      destination: ip('10.244.1.1'),
      destinationPort: 61_000,
    },
  });
  expect(send([masqueraded], 4000).sourceNat).toEqual({ address: ip('10.244.1.1') });
});

test('it is new to rules until it was answered', () => {
  expect(send([entry('10.244.1.6')], 4000, onlyNew).result).toBe('delivered');
  expect(send([entry('10.244.1.6', { isUnreplied: false })], 4000, onlyNew).result).toBe('dropped');
});
