import { describe, expect, test } from 'vitest';
import type { Packet } from '../../model/packet.ts';
import type { VirtualServer } from '../ipvs/virtual-server.ts';
import type { NodeState } from '../node-state.ts';
import type { Neighbour } from '../routes/routes.ts';
import { CT_STATE, type Part } from '../ruleset/rule-parts.ts';
import type { Table } from '../ruleset/ruleset.ts';
import { base, dnat, ip, is, network, node, route, table, vantage } from './testing/hand-made.ts';
import type { Outcome } from './trace.ts';
import { walk } from './walk.ts';

const PODS = { '10.244.1.2': 'shop/client', '10.244.1.5': 'shop/web-1', '10.244.2.5': 'shop/web-2' };

function to(destination: string, source = '10.244.1.2', port = 80): Packet {
  return { source: ip(source), destination: ip(destination), destinationPort: port, protocol: 6 };
}

function fromPod(
  first: NodeState,
  destination: string,
  second: NodeState = node(2, [], [1]),
): readonly Outcome[] {
  return walk(network([first, second], PODS), vantage('pod', 1, '10.244.1.2'), to(destination)).outcomes;
}

function neighbour(address: string, device: string, state: string): Neighbour {
  return { address: ip(address), device, state };
}

function sysctls(...pairs: readonly (readonly [string, string])[]): Partial<NodeState> {
  return { sysctls: new Map([['net.bridge.bridge-nf-call-iptables', '1'], ...pairs]) };
}

describe('kernel settings', () => {
  test('a node that does not forward drops what its pods send to others', () => {
    const [outcome] = fromPod(node(1, [], [2], sysctls(['net.ipv4.ip_forward', '0'])), '10.244.2.5');
    expect(outcome).toMatchObject({ result: 'dropped', decidedBy: { rule: 'net.ipv4.ip_forward = 0' } });
  });

  test('nor does it translate for pods of its own bridge', () => {
    const nat = table('nat', {
      PREROUTING: {
        base: base('prerouting', -100, 'nat'),
        rules: [[is('daddr', '10.96.0.5/32'), dnat('10.244.1.5', 8080)]],
      },
    });
    const off = node(1, [nat], [2], sysctls(['net.ipv4.ip_forward', '0']));
    expect(fromPod(off, '10.96.0.5')[0]).toMatchObject({
      result: 'dropped',
      decidedBy: { family: 'sysctl' },
    });
    // Frames between its pods need no routing.
    expect(fromPod(off, '10.244.1.5')[0]?.result).toBe('delivered');
  });

  test('a full connection table leaves open what becomes of new connections, but not of those kept out of it', () => {
    const full = (count: string): Partial<NodeState> =>
      sysctls(['net.netfilter.nf_conntrack_count', count], ['net.netfilter.nf_conntrack_max', '1000']);
    const [outcome] = fromPod(node(1, [], [2], full('1000')), '10.244.2.5');
    expect(outcome).toMatchObject({
      result: 'unknown',
      decidedBy: { rule: 'net.netfilter.nf_conntrack_max = 1000' },
    });
    expect(fromPod(node(1, [], [2], full('980')), '10.244.2.5')[0]?.result).toBe('delivered');
    const second = node(2, [], [1], full('1000'));
    expect(fromPod(node(1, [], [2]), '10.244.2.5', second)[0]).toMatchObject({
      result: 'unknown',
      node: 'node-2',
    });
    const raw = table('raw', {
      PREROUTING: { base: base('prerouting', -300, 'filter'), rules: [[{ kind: 'notrack' }]] },
    });
    expect(fromPod(node(1, [raw], [2], full('1000')), '10.244.2.5')[0]?.result).toBe('delivered');
  });

  test('the setting of the interface stands above the general one', () => {
    const mixed = sysctls(['net.ipv4.ip_forward', '1'], ['net.ipv4.conf.cni0.forwarding', '0']);
    expect(fromPod(node(1, [], [2], mixed), '10.244.2.5')[0]?.decidedBy?.rule).toBe(
      'net.ipv4.conf.cni0.forwarding = 0',
    );
  });

  test('a strict reverse path filter drops what the way back would leave by another interface', () => {
    const strict = sysctls(['net.ipv4.ip_forward', '1'], ['net.ipv4.conf.eth0.rp_filter', '1']);
    const back = node(2, [], [1], strict);
    expect(fromPod(node(1, [], [2]), '10.244.2.5', back)[0]?.result).toBe('delivered');
    const elsewhere = { ...back, routes: [...(back.routes ?? []), route('10.244.1.2/32', 'tun0')] };
    expect(fromPod(node(1, [], [2]), '10.244.2.5', elsewhere)[0]).toMatchObject({
      result: 'dropped',
      node: 'node-2',
      decidedBy: { family: 'sysctl' },
    });
    const loose = {
      ...elsewhere,
      ...sysctls(['net.ipv4.ip_forward', '1'], ['net.ipv4.conf.all.rp_filter', '2']),
    };
    expect(fromPod(node(1, [], [2]), '10.244.2.5', loose)[0]?.result).toBe('delivered');
  });

  test('localhost reaches a translated port only with route_localnet', () => {
    const nat = table('nat', {
      OUTPUT: {
        base: base('output', -100, 'nat'),
        rules: [[is('daddr', '127.0.0.1/32'), is('dport', 30080), dnat('10.244.1.5', 8080)]],
      },
      POSTROUTING: { base: base('postrouting', 100, 'nat'), rules: [[{ kind: 'masquerade' }]] },
    });
    const local = (value: string): Outcome | undefined =>
      walk(
        network([node(1, [nat], [], sysctls(['net.ipv4.conf.all.route_localnet', value]))], PODS),
        vantage('node', 1, '192.168.90.11'),
        to('127.0.0.1', '192.168.90.11', 30080),
      ).outcomes[0];
    expect(local('1')).toMatchObject({ result: 'delivered', pod: 'shop/web-1', sourceNat: 'masquerade' });
    expect(local('0')).toMatchObject({
      result: 'dropped',
      decidedBy: { rule: 'net.ipv4.conf.cni0.route_localnet = 0' },
    });
  });
});

describe('routes', () => {
  test.each([
    ['unreachable', 'rejected'],
    ['prohibit', 'rejected'],
    ['blackhole', 'dropped'],
  ] as const)('%s: %s', (type, result) => {
    const first = node(1, [], []);
    const routes = [...(first.routes ?? []), { ...route('10.244.2.0/24', ''), type }];
    expect(fromPod({ ...first, routes }, '10.244.2.5')[0]).toMatchObject({
      result,
      decidedBy: { family: 'route' },
    });
  });

  test('a pod whose route is missing among the routes to the others is lost', () => {
    const first = node(1, [], [3]);
    expect(fromPod(first, '10.244.2.5')[0]).toMatchObject({
      result: 'unroutable',
      decidedBy: { rule: 'default via 192.168.90.1 dev eth0' },
    });
    // Without any route to pods the network between the nodes carries them.
    expect(fromPod(node(1, [], []), '10.244.2.5')[0]?.result).toBe('delivered');
  });

  test('a reply needs a route as well', () => {
    const second = node(2, [], [3]);
    expect(fromPod(node(1, [], [2]), '10.244.2.5', second)[0]).toMatchObject({
      result: 'delivered',
      replyReturns: false,
      replyLostBy: { node: 'node-2', rule: 'default via 192.168.90.1 dev eth0' },
    });
  });

  test('a gateway that does not answer loses the packet', () => {
    const first = node(1, [], [3]);
    const routes = [...(first.routes ?? []), route('10.244.2.0/24', 'eth0', '192.168.90.99')];
    const third = node(3, [], [1]);
    const dead = { address: ip('192.168.90.99'), device: 'eth0', state: 'INCOMPLETE' };
    const to2 = (neighbours: NodeState['neighbours'] & object): Outcome | undefined =>
      walk(
        network([{ ...first, routes, neighbours }, node(2, [], [1]), third], PODS),
        vantage('pod', 1, '10.244.1.2'),
        to('10.244.2.5'),
      ).outcomes[0];
    expect(to2([dead])).toMatchObject({ result: 'unroutable', decidedBy: { family: 'route' } });
    expect(to2([])?.result).toBe('unknown');
  });

  test('a gateway address that its node no longer has loses the packet, unless somebody answers for it', () => {
    const moved = (state?: string, lo = true): Outcome | undefined => {
      const second = node(2, [], [1]);
      const links = (second.links ?? [])
        .map((link) => (link.name === 'eth0' ? { ...link, addresses: [] } : link))
        .filter(({ name }) => lo || name !== 'lo');
      const neighbours = state === undefined ? [] : [neighbour('192.168.90.12', 'eth0', state)];
      return walk(
        network([node(1, [], [2], { neighbours }), { ...second, links }], PODS),
        vantage('pod', 1, '10.244.1.2'),
        to('10.244.2.5'),
      ).outcomes[0];
    };
    expect(moved()).toMatchObject({ result: 'unroutable', decidedBy: { table: 'addresses' } });
    expect(moved('STALE')?.result).toBe('unroutable');
    expect(moved('REACHABLE')?.result).toBe('unknown');
    // Where not all interfaces were read, nothing follows.
    expect(moved(undefined, false)?.result).toBe('delivered');
  });

  describe('through VXLAN', () => {
    const mac = '3e:0a:00:00:00:02';
    const overlay = (remote: string | undefined, others: readonly string[] = []): Outcome | undefined => {
      const first = node(1, [], [3]);
      const entries =
        remote === undefined ? [] : [{ mac, port: 'flannel.1', isPermanent: true, remote: ip(remote) }];
      const more = others.map((each) => ({
        mac: each,
        port: 'flannel.1',
        isPermanent: true,
        remote: ip('192.168.90.13'),
      }));
      const state: NodeState = {
        ...first,
        routes: [...(first.routes ?? []), route('10.244.2.0/24', 'flannel.1', '10.244.2.0')],
        neighbours: [{ ...neighbour('10.244.2.0', 'flannel.1', 'PERMANENT'), lladdr: mac }],
        tunnels: [...entries, ...more],
      };
      return walk(
        network([state, node(2, [], [1]), node(3, [], [1, 2])], PODS),
        vantage('pod', 1, '10.244.1.2'),
        to('10.244.2.5'),
      ).outcomes[0];
    };

    test('frames go to the machine that the forwarding table names', () => {
      expect(overlay('192.168.90.12')).toMatchObject({ result: 'delivered', node: 'node-2' });
    });

    test('rules for the nodes’ own traffic may stop the datagrams that carry packets, or the replies', () => {
      const closed = (port: number) =>
        table('filter', {
          INPUT: {
            base: base('input', 0, 'filter', 'drop'),
            rules: [[is('dport', port), { kind: 'accept' }]],
          },
        });
      const way = (number: number, tables: readonly Table[], other: number): NodeState => ({
        ...node(number, tables, []),
        routes: [
          ...(node(number, [], []).routes ?? []),
          route(`10.244.${other}.0/24`, 'flannel.1', `10.244.${other}.0`),
        ],
        neighbours: [
          { ...neighbour(`10.244.${other}.0`, 'flannel.1', 'PERMANENT'), lladdr: `3e:0a:00:00:00:0${other}` },
        ],
        tunnels: [
          {
            mac: `3e:0a:00:00:00:0${other}`,
            port: 'flannel.1',
            isPermanent: true,
            remote: ip(`192.168.90.1${other}`),
          },
        ],
      });
      const between = (first: readonly Table[], second: readonly Table[]): Outcome | undefined =>
        walk(
          network([way(1, first, 2), way(2, second, 1)], PODS),
          vantage('pod', 1, '10.244.1.2'),
          to('10.244.2.5'),
        ).outcomes[0];
      const carrier = 'UDP 8472 of flannel.1';
      expect(between([], [closed(4789)])).toMatchObject({
        result: 'dropped',
        node: 'node-2',
        decidedBy: { node: 'node-2', rule: 'policy drop', carrier },
      });
      expect(between([closed(4789)], [])).toMatchObject({
        result: 'delivered',
        replyReturns: false,
        replyLostBy: { node: 'node-1', carrier },
      });
      expect(between([closed(8472)], [closed(8472)])).toMatchObject({
        result: 'delivered',
        replyReturns: true,
      });
    });

    test('the node’s own address, or no entry among others, loses them', () => {
      const lost = { result: 'unroutable', decidedBy: { table: 'overlay' } };
      expect(overlay('192.168.90.11')).toMatchObject(lost);
      expect(overlay(undefined, ['3e:0a:00:00:00:03'])).toMatchObject(lost);
    });

    test('an address that no node has says nothing, nor do tables that were not read or flood', () => {
      expect(overlay('192.168.90.99')?.result).toBe('unknown');
      expect(overlay(undefined)?.result).not.toBe('unroutable');
      expect(overlay(undefined, ['00:00:00:00:00:00'])?.result).not.toBe('unroutable');
    });
  });

  test('a pod that does not answer its node loses the packet', () => {
    const asked = (state: string): Outcome | undefined => {
      const neighbours = [{ address: ip('10.244.1.5'), device: 'cni0', state }];
      return walk(
        network([{ ...node(1, [], []), neighbours }], PODS),
        vantage('node', 1, '192.168.90.11'),
        to('10.244.1.5', '192.168.90.11'),
      ).outcomes[0];
    };
    expect(asked('FAILED')).toMatchObject({ result: 'unroutable', decidedBy: { table: 'neighbours' } });
    expect(asked('STALE')?.result).toBe('delivered');
  });

  test('a route to the wrong node goes in circles and ends', () => {
    const first = node(1, [], []);
    const second = node(2, [], []);
    const wrong = {
      ...second,
      routes: [route('0.0.0.0/0', 'eth0', '192.168.90.11'), route('192.168.90.0/24', 'eth0')],
    };
    const misled = {
      ...first,
      routes: [...(first.routes ?? []), route('10.244.2.0/24', 'eth0', '192.168.90.12')],
    };
    const { outcomes } = walk(
      network(
        [misled, { ...wrong, routes: [...wrong.routes, route('10.244.2.0/24', 'eth0', '192.168.90.11')] }],
        PODS,
      ),
      vantage('pod', 1, '10.244.1.2'),
      to('10.244.2.5'),
    );
    expect(outcomes[0]?.result).toMatch(/unroutable|unknown/);
  });

  describe('by way of a node that only passes packets on', () => {
    const nat = table('nat', {
      PREROUTING: {
        base: base('prerouting', -100, 'nat'),
        rules: [[is('daddr', '10.96.0.5/32'), dnat('10.244.2.5', 8080)]],
      },
    });
    const invalid: Part = {
      kind: 'bits',
      left: { kind: 'field', field: 'ctstate' },
      not: false,
      bits: CT_STATE.INVALID,
    };
    const strict = table('filter', {
      FORWARD: { base: base('forward', 0), rules: [[invalid, { kind: 'drop' }]] },
    });
    /** A pod on node 1 asks a Service; the route of node 1 to the endpoint on node 2 leads by way of node 3. */
    const detour = (
      transit: readonly Table[],
      back: readonly number[],
      protocol = 6,
    ): Outcome | undefined => {
      const first = node(1, [nat], [3]);
      const routes = [...(first.routes ?? []), route('10.244.2.0/24', 'eth0', '192.168.90.13')];
      const second = node(2, [], back);
      const home = back.includes(1) ? [] : [route('10.244.1.0/24', 'eth0', '192.168.90.13')];
      return walk(
        network(
          [
            { ...first, routes },
            { ...second, routes: [...(second.routes ?? []), ...home] },
            node(3, transit, [1, 2]),
          ],
          PODS,
        ),
        vantage('pod', 1, '10.244.1.2'),
        { ...to('10.96.0.5'), protocol },
      ).outcomes[0];
    };

    test('what sees one direction of a TCP connection drops it where it drops INVALID', () => {
      expect(detour([strict], [1, 3])).toMatchObject({
        result: 'delivered',
        replyReturns: false,
        replyLostBy: {
          node: 'node-1',
          table: 'detour',
          rule: expect.stringMatching(/^10\.244\.2\.0\/24 via .* by way of node-3/),
        },
      });
    });

    test('it passes what it does not drop, datagrams, and both directions', () => {
      expect(detour([], [1, 3])?.replyReturns).toBe(true);
      expect(detour([strict], [1, 3], 17)?.replyReturns).toBe(true);
      expect(detour([strict], [3])?.replyReturns).toBe(true);
    });
  });

  test('rules choose the table by mark', () => {
    const first = node(1, [
      table('mangle', {
        PREROUTING: {
          base: base('prerouting', -150),
          rules: [[{ kind: 'set-mark', change: { and: 0, xor: 5 } }]],
        },
      }),
    ]);
    const main = { kind: 'lookup', table: 'main' } as const;
    const withRules: NodeState = {
      ...first,
      routes: [...(first.routes ?? []), { ...route('0.0.0.0/0', ''), type: 'blackhole', table: '100' }],
      routeRules: [
        { priority: 0, family: 'ip', not: false, action: { kind: 'lookup', table: 'local' }, line: 1 },
        {
          priority: 10,
          family: 'ip',
          not: false,
          fwmark: { value: 5, mask: 0xff },
          action: { kind: 'lookup', table: '100' },
          line: 2,
        },
        { priority: 32766, family: 'ip', not: false, action: main, line: 3 },
      ],
    };
    expect(fromPod(withRules, '10.244.2.5')[0]?.result).toBe('dropped');
    expect(fromPod({ ...withRules, tables: [] }, '10.244.2.5')[0]?.result).toBe('delivered');
  });

  test('without routes and interfaces, the addresses that the API knows stand in', () => {
    const { routes: _routes, links: _links, ...bare } = node(1, []);
    expect(fromPod(bare, '10.244.2.5')[0]).toMatchObject({
      result: 'delivered',
      node: 'node-2',
      pod: 'shop/web-2',
    });
  });
});

describe('IPVS', () => {
  const server = (weights: readonly number[], scheduler = 'rr'): VirtualServer => ({
    protocol: 6,
    address: ip('10.96.0.5'),
    port: 80,
    scheduler,
    flags: [],
    source: 'ipvsadm.txt',
    line: 4,
    servers: weights.map((weight, i) => ({
      address: ip(i === 0 ? '10.244.1.5' : '10.244.2.5'),
      port: 8080,
      forward: 'masq',
      weight,
      line: 5 + i,
    })),
  });
  const withIpvs = (virtual: VirtualServer, tables: NodeState['tables'] = []): NodeState => {
    const first = node(1, tables, [2], { ipvs: [virtual] });
    return {
      ...first,
      links: [
        ...(first.links ?? []),
        {
          index: 9,
          name: 'kube-ipvs0',
          kind: 'dummy',
          isUp: false,
          isLoopback: false,
          isPromiscuous: false,
          addresses: [{ address: ip('10.96.0.5'), prefix: 32, scope: 'global' }],
        },
      ],
    };
  };
  const shares = (outcomes: readonly Outcome[]): unknown[] =>
    outcomes.map(({ result, pod, probability }) => [result, pod, ...probability]);

  test('rr takes turns among servers with weight', () => {
    expect(shares(fromPod(withIpvs(server([1, 1])), '10.96.0.5'))).toEqual([
      ['delivered', 'shop/web-1', 0.5, 0.5],
      ['delivered', 'shop/web-2', 0.5, 0.5],
    ]);
    expect(shares(fromPod(withIpvs(server([1, 0])), '10.96.0.5'))).toEqual([
      ['delivered', 'shop/web-1', 1, 1],
    ]);
  });

  test.each(['sh', 'dh', 'mh'])(
    '%s may refuse where a server has weight 0: its hash keeps it',
    (scheduler) => {
      expect(shares(fromPod(withIpvs(server([1, 0], scheduler)), '10.96.0.5'))).toEqual([
        ['rejected', undefined, 0, 1],
        ['delivered', 'shop/web-1', 0, 1],
      ]);
    },
  );

  test('wrr follows the weights; a hash may choose any', () => {
    expect(
      shares(fromPod(withIpvs(server([3, 1], 'wrr')), '10.96.0.5')).map((share) => (share as number[])[2]),
    ).toEqual([0.75, 0.25]);
    expect(shares(fromPod(withIpvs(server([1, 1], 'sh')), '10.96.0.5'))).toEqual([
      ['delivered', 'shop/web-1', 0, 1],
      ['delivered', 'shop/web-2', 0, 1],
    ]);
  });

  test('no server, or none with weight, refuses', () => {
    for (const weights of [[], [0, 0]]) {
      expect(fromPod(withIpvs(server(weights)), '10.96.0.5')[0]).toMatchObject({
        result: 'rejected',
        rejectedWith: 'icmp-port-unreachable',
        decidedBy: { family: 'ipvs', source: 'ipvsadm.txt', line: 4 },
      });
    }
  });

  test('a client on the node is scheduled in the output hook, from the virtual address, and masqueraded by its mark', () => {
    const nat = table('nat', {
      OUTPUT: {
        base: base('output', -100, 'nat'),
        rules: [[is('daddr', '10.96.0.5/32'), { kind: 'set-mark', change: { and: 0, xor: 0x4000 } }]],
      },
      POSTROUTING: {
        base: base('postrouting', 100, 'nat'),
        rules: [[is('mark', 0x4000), { kind: 'masquerade' }]],
      },
    });
    const { outcomes } = walk(
      network([withIpvs(server([1]), [nat]), node(2, [], [1])], PODS),
      vantage('node', 1, '192.168.90.11'),
      to('10.96.0.5', '192.168.90.11'),
    );
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({
      result: 'delivered',
      pod: 'shop/web-1',
      sourceNat: 'masquerade',
      replyReturns: true,
      decidedBy: { family: 'ipvs', line: 5 },
    });
  });

  test('filter INPUT comes before the scheduler', () => {
    const filter = table('filter', { INPUT: { base: base('input', 0, 'filter', 'drop'), rules: [] } });
    expect(fromPod(withIpvs(server([1]), [filter]), '10.96.0.5')[0]?.decidedBy?.rule).toBe('policy drop');
  });
});

test('where eBPF may translate, a ClusterIP without rules is unknown, not lost', () => {
  const plain = node(1, [], [2]);
  expect(fromPod(plain, '10.96.0.5')[0]?.result).toBe('unroutable');
  const links = (plain.links ?? []).map((link) =>
    link.name === 'veth0' ? { ...link, name: 'cilium_host' } : link,
  );
  const [outcome] = fromPod({ ...plain, links }, '10.96.0.5');
  expect(outcome?.result).toBe('unknown');
  expect(outcome?.unknowns[0]?.text).toContain('Cilium');
});

test('IPv6 goes the same way, by its own tables, routes and settings', () => {
  const target = ip('fd00:1::5');
  const nat: Table = {
    ...table('nat', {
      PREROUTING: {
        base: base('prerouting', -100, 'nat'),
        rules: [
          [
            is('daddr', 'fd96::5/128'),
            is('dport', 80),
            { kind: 'dnat', to: { addresses: { low: target, high: target } } },
          ],
        ],
      },
    }),
    family: 'ip6',
  };
  const v4 = table('filter', { FORWARD: { base: base('forward', 0, 'filter', 'drop'), rules: [] } });
  const inet: Table = {
    ...table(
      'host',
      { fwd: { base: base('forward', 10), rules: [[is('saddr', '10.0.0.0/8'), { kind: 'drop' }]] } },
      'nftables',
    ),
    family: 'inet',
  };
  const walked = (forwarding: string): Outcome | undefined => {
    const plain = node(1, [nat, v4, inet], [], sysctls(['net.ipv6.conf.all.forwarding', forwarding]));
    const first: NodeState = {
      ...plain,
      hasRules: { ip: true, ip6: true },
      routes: [route('::/0', 'eth0', 'fd90::1'), route('fd00:1::/64', 'veth6')],
    };
    const base6 = network([first]);
    const places = new Map(
      [ip('fd00:1::2'), target].map((address) => [
        address,
        { node: 'node-1', pod: `shop/${address}`, isHostNetwork: false },
      ]),
    );
    return walk(
      { ...base6, placeOf: (address) => places.get(address) },
      vantage('pod', 1, 'fd00:1::2'),
      to('fd96::5', 'fd00:1::2'),
    ).outcomes[0];
  };
  expect(walked('1')).toMatchObject({
    result: 'delivered',
    destination: { address: target, port: 80 },
    replyReturns: true,
  });
  expect(walked('0')).toMatchObject({
    result: 'dropped',
    decidedBy: { rule: 'net.ipv6.conf.all.forwarding = 0' },
  });
});

test('an outside client keeps its address: the endpoint on the other node answers it directly', () => {
  const nat = table('nat', {
    PREROUTING: {
      base: base('prerouting', -100, 'nat'),
      rules: [[is('dport', 30080), dnat('10.244.2.5', 8080)]],
    },
  });
  const nodes = network([node(1, [nat], [2]), node(2, [], [1])], PODS);
  const [outcome] = walk(
    nodes,
    vantage('external', 1, '203.0.113.9'),
    to('192.168.90.11', '203.0.113.9', 30080),
  ).outcomes;
  expect(outcome).toMatchObject({
    result: 'delivered',
    pod: 'shop/web-2',
    sourceNat: 'none',
    replyReturns: false,
  });
});
