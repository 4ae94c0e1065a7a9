import { describe, expect, test } from 'vitest';
import { formatAddressPort, formatIp } from '../../model/address.ts';
import type { Packet } from '../../model/packet.ts';
import type { NodeState } from '../node-state.ts';
import type { Table } from '../ruleset/ruleset.ts';
import { base, chance, dnat, ip, is, network, node, not, table, vantage } from './testing/hand-made.ts';
import type { Trace } from './trace.ts';
import { walk } from './walk.ts';

const MARK = { kind: 'set-mark', change: { and: 0xffffbfff, xor: 0x4000 } } as const;
const CLEAR = { kind: 'set-mark', change: { and: 0xffffffff, xor: 0x4000 } } as const;
const MARKED = {
  kind: 'compare',
  left: { kind: 'field', field: 'mark', mask: 0x4000 },
  not: false,
  values: { ranges: [{ low: 0x4000, high: 0x4000 }] },
} as const;

// kube-proxy's rules for one Service, 10.96.0.5:80, in iptables mode.
function natTable(endpoints: readonly (readonly [address: string, share?: number])[]): Table {
  return table('nat', {
    PREROUTING: {
      base: base('prerouting', -100, 'nat'),
      rules: [[{ kind: 'jump', chain: 'KUBE-SERVICES' }]],
    },
    OUTPUT: { base: base('output', -100, 'nat'), rules: [[{ kind: 'jump', chain: 'KUBE-SERVICES' }]] },
    POSTROUTING: {
      base: base('postrouting', 100, 'nat'),
      rules: [[{ kind: 'jump', chain: 'KUBE-POSTROUTING' }]],
    },
    'KUBE-SERVICES': {
      rules: [
        [
          is('daddr', '10.96.0.5/32'),
          is('l4proto', 6),
          is('dport', 80),
          { kind: 'jump', chain: 'KUBE-SVC-A' },
        ],
      ],
    },
    'KUBE-SVC-A': {
      rules: [
        [
          not(is('saddr', '10.244.0.0/16')),
          is('daddr', '10.96.0.5/32'),
          { kind: 'jump', chain: 'KUBE-MARK-MASQ' },
        ],
        ...endpoints.map(([address, share]) => [
          ...(share === undefined ? [] : [chance(share)]),
          { kind: 'jump', chain: `KUBE-SEP-${address}` } as const,
        ]),
      ],
    },
    ...Object.fromEntries(
      endpoints.map(([address]) => [
        `KUBE-SEP-${address}`,
        {
          rules: [
            [is('saddr', `${address}/32`), { kind: 'jump', chain: 'KUBE-MARK-MASQ' } as const],
            [dnat(address, 8080)],
          ],
        },
      ]),
    ),
    'KUBE-MARK-MASQ': { rules: [[MARK]] },
    'KUBE-POSTROUTING': {
      rules: [[{ ...MARKED, not: true }, { kind: 'return' }], [CLEAR], [{ kind: 'masquerade' }]],
    },
  });
}

function packet(source: string, destination = '10.96.0.5', port = 80): Packet {
  return { source: ip(source), destination: ip(destination), destinationPort: port, protocol: 6 };
}

function told(trace: Trace): unknown[] {
  return trace.outcomes.map(({ probability, result, destination, node: at, sourceNat, replyReturns }) => ({
    share: probability[0] === probability[1] ? Number(probability[0].toFixed(6)) : probability,
    result,
    to:
      destination.port === undefined
        ? formatIp(destination.address)
        : formatAddressPort(destination.address, destination.port),
    at,
    sourceNat,
    replyReturns,
  }));
}

const PODS = { '10.244.1.2': 'shop/client', '10.244.1.5': 'shop/web-1', '10.244.2.5': 'shop/web-2' };

describe('a ClusterIP of two endpoints, one here and one on the next node', () => {
  const rules = natTable([['10.244.1.5', 0.5], ['10.244.2.5']]);
  const both = network([node(1, [rules], [2]), node(2, [natTable([])], [1])], PODS);

  test('a pod reaches each half the time, with its own address', () => {
    expect(told(walk(both, vantage('pod', 1, '10.244.1.2'), packet('10.244.1.2')))).toEqual([
      {
        share: 0.5,
        result: 'delivered',
        to: '10.244.1.5:8080',
        at: 'node-1',
        sourceNat: 'none',
        replyReturns: true,
      },
      {
        share: 0.5,
        result: 'delivered',
        to: '10.244.2.5:8080',
        at: 'node-2',
        sourceNat: 'none',
        replyReturns: true,
      },
    ]);
  });

  test('the pod and the deciding rules are named', () => {
    const [first] = walk(both, vantage('pod', 1, '10.244.1.2'), packet('10.244.1.2')).outcomes;
    expect(first?.pod).toBe('shop/web-1');
    expect(first?.decidedBy).toMatchObject({ node: 'node-1', table: 'nat', chain: 'KUBE-SEP-10.244.1.5' });
    expect(first?.translatedBy.map(({ chain }) => chain)).toEqual([
      'PREROUTING',
      'KUBE-SERVICES',
      'KUBE-SVC-A',
      'KUBE-SEP-10.244.1.5',
    ]);
  });

  test('the node itself is masqueraded', () => {
    expect(told(walk(both, vantage('node', 1, '192.168.90.11'), packet('192.168.90.11')))).toEqual([
      {
        share: 0.5,
        result: 'delivered',
        to: '10.244.1.5:8080',
        at: 'node-1',
        sourceNat: 'masquerade',
        replyReturns: true,
      },
      {
        share: 0.5,
        result: 'delivered',
        to: '10.244.2.5:8080',
        at: 'node-2',
        sourceNat: 'masquerade',
        replyReturns: true,
      },
    ]);
  });

  test('an endpoint that calls its own Service is masqueraded and needs hairpin mode', () => {
    const itself = walk(both, vantage('pod', 1, '10.244.1.5'), packet('10.244.1.5')).outcomes[0];
    expect(itself).toMatchObject({ result: 'delivered', sourceNat: 'masquerade', replyReturns: true });
    const off = network(
      [
        node(1, [rules], [2], {
          bridgePorts: [
            { name: 'veth0', bridge: 'cni0', hairpin: false, source: 'bridge-link.txt', line: 3 },
          ],
        }),
        node(2, [], [1]),
      ],
      PODS,
    );
    expect(walk(off, vantage('pod', 1, '10.244.1.5'), packet('10.244.1.5')).outcomes[0]).toMatchObject({
      result: 'dropped',
      decidedBy: { family: 'bridge', chain: 'veth0', source: 'bridge-link.txt', line: 3 },
    });
  });

  test('with bridge-nf-call-iptables off, the endpoint of the same bridge answers past the translation', () => {
    const off = network(
      [
        node(1, [rules], [2], {
          sysctls: new Map([
            ['net.ipv4.ip_forward', '1'],
            ['net.bridge.bridge-nf-call-iptables', '0'],
          ]),
        }),
        node(2, [], [1]),
      ],
      PODS,
    );
    const { outcomes } = walk(off, vantage('pod', 1, '10.244.1.2'), packet('10.244.1.2'));
    expect(outcomes.map(({ replyReturns }) => replyReturns)).toEqual([false, true]);
    expect(outcomes[0]?.replyLostBy?.rule).toBe('net.bridge.bridge-nf-call-iptables = 0');
  });

  test('a node of which nothing was read is a gap, and named', () => {
    const { outcomes } = walk(
      network([node(1, [rules], [2])], PODS),
      vantage('pod', 1, '10.244.1.2'),
      packet('10.244.1.2'),
    );
    expect(outcomes[1]).toMatchObject({ result: 'unknown', pod: 'shop/web-2' });
    expect(outcomes[1]?.unknowns[0]?.text).toContain('node-2');
  });

  test('a node whose rules were not read is a gap, there and on the way', () => {
    const blind = (number: number, others: readonly number[]): NodeState => ({
      ...node(number, [], others),
      hasRules: { ip: false, ip6: false },
    });
    const on = walk(
      network([node(1, [rules], [2]), blind(2, [1])], PODS),
      vantage('pod', 1, '10.244.1.2'),
      packet('10.244.1.2'),
    );
    expect(on.outcomes[1]?.unknowns[0]?.text).toContain('rules of node-2');
    const at = walk(network([blind(1, [2])], PODS), vantage('pod', 1, '10.244.1.2'), packet('10.244.1.2'));
    expect(at.outcomes.map(({ result }) => result)).toEqual(['unknown']);
  });

  test('a port that nobody serves goes out by the default route and is lost', () => {
    expect(told(walk(both, vantage('pod', 1, '10.244.1.2'), packet('10.244.1.2', '10.96.0.5', 81)))).toEqual([
      {
        share: 1,
        result: 'unroutable',
        to: '10.96.0.5:81',
        at: 'node-1',
        sourceNat: 'none',
        replyReturns: false,
      },
    ]);
  });
});
