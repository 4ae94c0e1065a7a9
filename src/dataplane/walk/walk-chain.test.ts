import { describe, expect, test } from 'vitest';
import type { Packet } from '../../model/packet.ts';
import type { Part } from '../ruleset/rule-parts.ts';
import { indexElements } from '../ruleset/element-index.ts';
import type { NamedSet } from '../ruleset/sets.ts';
import type { Table } from '../ruleset/ruleset.ts';
import {
  base,
  chance,
  type ChainSpec,
  dnat,
  ip,
  is,
  network,
  node,
  not,
  table,
  vantage,
} from './testing/hand-made.ts';
import type { Outcome } from './trace.ts';
import { walk, type WalkOptions } from './walk.ts';

const DROP = { kind: 'drop' } as const;
const ACCEPT = { kind: 'accept' } as const;
const RETURN = { kind: 'return' } as const;
const LIMIT = { kind: 'unknown-match', text: '-m limit --limit 1/sec' } as const;
const jump = (chain: string): Part => ({ kind: 'jump', chain });
const goto = (chain: string): Part => ({ kind: 'goto', chain });

const PACKET: Packet = {
  source: ip('10.244.1.2'),
  destination: ip('10.244.2.5'),
  destinationPort: 8080,
  protocol: 6,
};

function fate(
  tables: readonly Table[],
  packet: Packet = PACKET,
  options: WalkOptions = {},
): readonly Outcome[] {
  const pods = { '10.244.1.2': 'shop/client', '10.244.2.5': 'shop/web', '10.244.2.6': 'shop/other' };
  const nodes = network([node(1, tables, [2]), node(2, [], [1])], pods);
  return walk(nodes, vantage('pod', 1, '10.244.1.2'), packet, options).outcomes;
}

function results(tables: readonly Table[], packet: Packet = PACKET): unknown[] {
  return fate(tables, packet).map(({ result, probability }) => [result, ...probability]);
}

function forward(
  rules: readonly (readonly Part[])[],
  chains: Readonly<Record<string, ChainSpec>> = {},
  policy: 'accept' | 'drop' = 'accept',
): Table {
  return table('filter', { FORWARD: { base: base('forward', 0, 'filter', policy), rules }, ...chains });
}

// The four rule sets of iptables(8) semantics that simulators get wrong.
describe('verdicts', () => {
  test('a chain that ends goes on after the jump', () => {
    const rules = forward([[jump('A')]], {
      A: { rules: [[jump('B')], [DROP]] },
      B: { rules: [[{ kind: 'pass', text: 'LOG' }]] },
    });
    expect(results([rules])).toEqual([['dropped', 1, 1]]);
  });

  test('a chain reached by goto does not come back', () => {
    const rules = forward([[jump('OUTER')]], {
      OUTER: { rules: [[goto('A')], [DROP]] },
      A: { rules: [] },
    });
    expect(results([rules])).toEqual([['delivered', 1, 1]]);
  });

  test('a mark does not end the walk', () => {
    const rules = forward([
      [{ kind: 'set-mark', change: { and: 0xfffffffe, xor: 1 } }],
      [is('mark', 1), DROP],
    ]);
    expect(results([rules])).toEqual([['dropped', 1, 1]]);
  });

  test('the first packet of a connection is not invalid', () => {
    const invalid = { kind: 'bits', left: { kind: 'field', field: 'ctstate' }, not: false, bits: 1 } as const;
    expect(results([forward([[invalid, DROP]])])).toEqual([['delivered', 1, 1]]);
    const fresh = { ...invalid, bits: 8 };
    expect(results([forward([[fresh, DROP]])])).toEqual([['dropped', 1, 1]]);
  });

  test('return in a base chain is its policy', () => {
    expect(results([forward([[RETURN], [ACCEPT]], {}, 'drop')])).toEqual([['dropped', 1, 1]]);
    expect(fate([forward([[RETURN]], {}, 'drop')])[0]?.decidedBy?.rule).toBe('policy drop');
  });

  test('accept ends one base chain, not the hook', () => {
    const late = table('late', { fwd: { base: base('forward', 10), rules: [[DROP]] } }, 'nftables');
    expect(results([forward([[ACCEPT]]), late])).toEqual([['dropped', 1, 1]]);
  });

  test('base chains run by priority, whatever the order of the tables', () => {
    const marks = table('early', {
      fwd: { base: base('forward', -150), rules: [[{ kind: 'set-mark', change: { and: 0, xor: 7 } }]] },
    });
    expect(results([forward([[is('mark', 7), DROP]]), marks])).toEqual([['dropped', 1, 1]]);
  });

  test('a reject tells how', () => {
    const [outcome] = fate([forward([[{ kind: 'reject', with: 'tcp reset' }]])]);
    expect(outcome).toMatchObject({
      result: 'rejected',
      rejectedWith: 'tcp reset',
      decidedBy: { chain: 'FORWARD' },
    });
  });
});

describe('branches', () => {
  test('a random rule forks with the integer that the kernel compares', () => {
    const third = Math.round((1 / 3) * 2 ** 31) / 2 ** 31;
    expect(results([forward([[chance(1 / 3), DROP]])])).toEqual([
      ['delivered', 1 - third, 1 - third],
      ['dropped', third, third],
    ]);
  });

  test('an unknown match gives both sides, from nothing to everything', () => {
    const outcomes = fate([forward([[LIMIT, DROP]])]);
    expect(outcomes.map(({ result, probability }) => [result, ...probability])).toEqual([
      ['delivered', 0, 1],
      ['dropped', 0, 1],
    ]);
    expect(outcomes[0]?.unknowns[0]?.rule?.line).toBe(2);
  });

  test('an unknown match under a known chance is bounded by it', () => {
    expect(results([forward([[chance(0.25), jump('A')]], { A: { rules: [[LIMIT, DROP]] } })])).toEqual([
      ['delivered', 0.75, 1],
      ['dropped', 0, 0.25],
    ]);
  });

  test('an unknown match that changes nothing is not mentioned', () => {
    const both = forward([[LIMIT, ACCEPT], [ACCEPT]]);
    expect(fate([both])[0]?.unknowns).toEqual([]);
    expect(results([both])).toEqual([['delivered', 1, 1]]);
    expect(results([forward([[LIMIT, { kind: 'pass', text: 'LOG' }]])])).toEqual([['delivered', 1, 1]]);
  });

  test('a free source port splits only where a rule tests it', () => {
    const tested = forward(
      [
        [is('sport', 40000), DROP],
        [is('sport', 40000), DROP],
        [is('sport', 40001), jump('A')],
      ],
      {
        A: { rules: [[is('sport', 40000), DROP]] },
      },
    );
    expect(results([tested])).toEqual([
      ['delivered', 0, 1],
      ['dropped', 0, 1],
    ]);
    expect(results([tested], { ...PACKET, sourcePort: 4000 })).toEqual([['delivered', 1, 1]]);
  });

  test('a free source port is one that the system gives to clients', () => {
    const both = forward([
      [is('sport', 53), DROP],
      [is('sport', 8080), DROP],
    ]);
    expect(results([both])).toEqual([['delivered', 1, 1]]);
    expect(results([both], { ...PACKET, sourcePort: 53 })).toEqual([['dropped', 1, 1]]);
  });

  test('a numgen map sends each share to its element', () => {
    const elements = indexElements(
      [0, 1, 2].map((value) => ({
        key: [{ low: value, high: value }],
        value: { kind: 'verdict', verdict: value === 2 ? DROP : ACCEPT },
        line: 0,
      })),
    );
    const rules = forward([
      [{ kind: 'vmap', key: [{ kind: 'numgen', mode: 'random', mod: 4, offset: 0 }], map: { elements } }],
    ]);
    expect(results([rules])).toEqual([
      ['delivered', 0.75, 0.75],
      ['dropped', 0.25, 0.25],
    ]);
  });

  test('as many numbers as there are take no time', () => {
    const half = { low: 0, high: 2 ** 31 - 1 };
    const numgen = { kind: 'numgen', mode: 'random', mod: 2 ** 32, offset: 0 } as const;
    const value = { kind: 'verdict', verdict: DROP } as const;
    const elements = indexElements([{ key: [half], value, line: 0 }]);
    const shares = [
      ['delivered', 0.5, 0.5],
      ['dropped', 0.5, 0.5],
    ];
    expect(results([forward([[{ kind: 'vmap', key: [numgen], map: { elements } }]])])).toEqual(shares);
    expect(
      results([forward([[{ kind: 'compare', left: numgen, not: false, values: { ranges: [half] } }, DROP]])]),
    ).toEqual(shares);
  });
});

describe('what cannot be told', () => {
  test.each([
    ['a jump to a chain that is not there', forward([[jump('GONE')]])],
    [
      'a circle of jumps',
      forward([[jump('A')]], { A: { rules: [[jump('B')]] }, B: { rules: [[jump('A')]] } }),
    ],
    [
      'a circle of gotos',
      forward([[goto('A')]], { A: { rules: [[goto('B')]] }, B: { rules: [[goto('A')]] } }),
    ],
    ['a queue', forward([[{ kind: 'queue' }]])],
  ])('%s is unknown, with the line', (_, rules) => {
    const [outcome] = fate([rules]);
    expect(outcome?.result).toBe('unknown');
    expect(outcome?.unknowns[0]?.rule?.line).toBeGreaterThan(0);
  });

  test('nftables nests 16 jumps, and no more', () => {
    const chains = (depth: number): Table =>
      table(
        'deep',
        {
          fwd: { base: base('forward', 0), rules: [[jump('c1')]] },
          ...Object.fromEntries(
            Array.from({ length: depth }, (_, i) => [
              `c${i + 1}`,
              { rules: [[i + 1 === depth ? DROP : jump(`c${i + 2}`)]] },
            ]),
          ),
        },
        'nftables',
      );
    expect(results([chains(16)])).toEqual([['dropped', 1, 1]]);
    expect(results([chains(17)])).toEqual([['unknown', 1, 1]]);
  });

  test('a set that was not dumped, and a table that was cut', () => {
    const missing: Part = {
      kind: 'lookup',
      key: [{ kind: 'field', field: 'saddr' }],
      set: 'BLOCKED',
      not: false,
      ipset: true,
    };
    expect(results([forward([[missing, DROP]])])).toEqual([
      ['delivered', 0, 1],
      ['dropped', 0, 1],
    ]);
    expect(results([{ ...forward([[is('saddr', '10.9.9.9/32'), DROP]]), complete: false }])).toEqual([
      ['delivered', 0, 1],
      ['unknown', 0, 1],
    ]);
  });
});

describe('address translation', () => {
  const nat = (rules: readonly (readonly Part[])[]): Table =>
    table('nat', { PREROUTING: { base: base('prerouting', -100, 'nat'), rules } });

  test('one destination translation a connection', () => {
    const first = nat([[dnat('10.244.2.6', 9090)], [dnat('10.244.2.5', 1)]]);
    const second = table('other', {
      pre: { base: base('prerouting', -90, 'nat'), rules: [[dnat('10.244.2.5', 2)]] },
    });
    expect(fate([second, first]).map(({ destination }) => destination)).toEqual([
      { address: ip('10.244.2.6'), port: 9090 },
    ]);
  });

  test('an accept in a nat chain leaves the next nat chain its turn', () => {
    const second = table('other', {
      pre: { base: base('prerouting', -90, 'nat'), rules: [[dnat('10.244.2.6', 2)]] },
    });
    expect(fate([nat([[ACCEPT]]), second])[0]?.destination).toEqual({ address: ip('10.244.2.6'), port: 2 });
  });

  test('filter chains before it see the old destination, after it the new one', () => {
    const raw = table('raw', {
      PREROUTING: { base: base('prerouting', -300), rules: [[is('daddr', '10.244.2.6/32'), DROP]] },
    });
    const filter = forward([[is('daddr', '10.244.2.6/32'), DROP]]);
    expect(results([raw, nat([[dnat('10.244.2.6', 1)]])])).toEqual([['delivered', 1, 1]]);
    expect(results([nat([[dnat('10.244.2.6', 1)]]), filter])).toEqual([['dropped', 1, 1]]);
  });

  test('an untracked packet is not translated', () => {
    const raw = table('raw', {
      PREROUTING: { base: base('prerouting', -300), rules: [[{ kind: 'notrack' }]] },
    });
    expect(fate([raw, nat([[dnat('10.244.2.6', 1)]])])[0]?.destination).toEqual({
      address: ip('10.244.2.5'),
      port: 8080,
    });
  });

  test('the status says that the destination was translated', () => {
    const status: Part = { kind: 'bits', left: { kind: 'field', field: 'ctstatus' }, not: false, bits: 32 };
    expect(results([nat([[dnat('10.244.2.6', 1)]]), forward([[status, DROP]])])).toEqual([['dropped', 1, 1]]);
    expect(results([forward([[status, DROP]])])).toEqual([['delivered', 1, 1]]);
  });
});

test('a client that comes for the first time is in no affinity list', () => {
  const affinity: NamedSet = {
    name: 'affinity-X',
    keyTypes: ['ipv4_addr'],
    kind: 'set',
    dynamic: true,
    elements: indexElements([{ key: [{ low: ip('10.244.1.2'), high: ip('10.244.1.2') }], line: 0 }]),
    line: 1,
  };
  const lookup: Part = {
    kind: 'lookup',
    key: [{ kind: 'field', field: 'saddr' }],
    set: 'affinity-X',
    not: false,
    ipset: false,
  };
  const rules = table(
    'kube-proxy',
    { fwd: { base: base('forward', 0), rules: [[lookup, DROP]] } },
    'nftables',
    new Map([['affinity-X', affinity]]),
  );
  expect(results([rules])).toEqual([['delivered', 1, 1]]);
  expect(
    results([forward([[{ kind: 'recent', list: 'X', operation: 'rcheck', not: false }, DROP]])]),
  ).toEqual([['delivered', 1, 1]]);
});

test('a drop of replies loses the connection and is named', () => {
  const established: Part = { kind: 'bits', left: { kind: 'field', field: 'ctstate' }, not: false, bits: 2 };
  const [outcome] = fate([forward([[established, is('saddr', '10.244.2.0/24'), DROP]])]);
  expect(outcome).toMatchObject({
    result: 'delivered',
    replyReturns: false,
    replyLostBy: { chain: 'FORWARD', line: 2 },
  });
  expect(fate([forward([[established, not(is('saddr', '10.244.2.0/24')), DROP]])])[0]?.replyReturns).toBe(
    true,
  );
});

test('a rule about a few ports does not catch replies to a client whose port is free', () => {
  const few = forward([[is('dport', 9090), DROP]]);
  expect(fate([few])[0]?.replyReturns).toBe(true);
  const half = forward([
    [{ ...is('dport', 0), values: { ranges: [{ low: 40000, high: 65535 }] } } as Part, DROP],
  ]);
  expect(fate([half])[0]?.replyReturns).toBe('unknown');
});

test('steps are kept only where they are wanted', () => {
  const rules = forward([[jump('A')]], { A: { rules: [[is('daddr', '10.9.9.9/32'), DROP]] } });
  expect(fate([rules])[0]?.steps).toEqual([]);
  const steps = fate([rules], PACKET, { verbose: true })[0]?.steps ?? [];
  expect(steps.map(({ stage }) => stage)).toContain('forward');
  expect(steps.map(({ stage }) => stage)).toContain('hop');
});
