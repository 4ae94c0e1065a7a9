import { type Ip, parseIp } from '../../../model/address.ts';
import { parseCidr } from '../../../model/cidr.ts';
import type { Vantage } from '../../../model/vantage.ts';
import type { Network, NodeState, Place } from '../../node-state.ts';
import type { Link, Route } from '../../routes/routes.ts';
import type { Field, Match, Part, Statement } from '../../ruleset/rule-parts.ts';
import type { BaseChain, Chain, Hook, Rule, Table } from '../../ruleset/ruleset.ts';
import { lastOf } from '../../../model/cidr.ts';

/** An address that the test wrote; throws where it is none. */
export function ip(text: string): Ip {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

/** `field` is `values`: addresses with prefix, numbers, or interface names. */
export function is(field: Field, ...values: (string | number)[]): Match {
  const left = { kind: 'field', field } as const;
  if (field.endsWith('name') || field.endsWith('dev') || field.endsWith('type')) {
    return { kind: 'compare', left, not: false, values: { names: values.map(String) } };
  }
  const ranges = values.map((value) => {
    if (typeof value === 'number') return { low: value, high: value };
    const cidr = parseCidr(value);
    if (cidr === undefined) throw new Error(`no prefix: ${value}`);
    return { low: cidr.first, high: lastOf(cidr) };
  });
  return { kind: 'compare', left, not: false, values: { ranges } };
}

/** The opposite of a comparison. */
export function not(match: Match): Match {
  if (!('not' in match)) throw new Error(`cannot be negated: ${match.kind}`);
  return { ...match, not: !match.not };
}

/** True for `share` of the packets, as iptables keeps it. */
export function chance(share: number): Match {
  return { kind: 'random', weight: Math.round(share * 2 ** 31), of: 2 ** 31, not: false };
}

/** Destination translation. */
export function dnat(address: string, port: number): Statement {
  const target = ip(address);
  return {
    kind: 'dnat',
    to: { addresses: { low: target, high: target }, ports: { low: port, high: port } },
  };
}

/** One chain of a hand-made table. */
export interface ChainSpec {
  readonly base?: BaseChain;
  readonly rules: readonly (readonly Part[])[];
}

/** A base chain of type filter or nat. */
export function base(
  hook: Hook,
  priority: number,
  type: 'filter' | 'nat' = 'filter',
  policy: 'accept' | 'drop' = 'accept',
): BaseChain {
  return { type, hook, priority, policy };
}

/** A table out of chains by name. */
export function table(
  name: string,
  chains: Readonly<Record<string, ChainSpec>>,
  origin: Table['origin'] = 'iptables-nft',
  sets: Table['sets'] = new Map(),
): Table {
  let line = 0;
  const built = new Map<string, Chain>();
  for (const [chainName, spec] of Object.entries(chains)) {
    const declared = ++line;
    const rules: Rule[] = spec.rules.map((parts) => ({
      line: ++line,
      text: `-A ${chainName} ${parts.map(({ kind }) => kind).join(' ')}`,
      parts,
    }));
    built.set(chainName, {
      name: chainName,
      ...(spec.base === undefined ? {} : { base: spec.base }),
      rules: {
        length: rules.length,
        at: (index) => rules[index] as Rule,
        next: (from) => from,
      },
      line: declared,
    });
  }
  return { family: 'ip', name, origin, source: `${name}.txt`, chains: built, sets, complete: true };
}

/** A node with a bridge for pods (`10.244.N.1/24`) and `192.168.90.1N`, host-gw routes to the others. */
export function node(
  number: number,
  tables: readonly Table[],
  others: readonly number[] = [],
  more: Partial<NodeState> = {},
): NodeState {
  const own = `10.244.${number}.1`;
  const address = `192.168.90.1${number}`;
  const links: Link[] = [
    link(1, 'lo', [['127.0.0.1', 8, 'host']]),
    { ...link(2, 'cni0', [[own, 24, 'global']]), kind: 'bridge' },
    link(3, 'eth0', [[address, 24, 'global']]),
    { ...link(4, 'veth0', []), kind: 'veth', master: 'cni0' },
  ];
  return {
    name: `node-${number}`,
    tables,
    hasRules: { ip: true, ip6: false },
    ipsets: new Map(),
    ipvs: [],
    links,
    routes: [
      route('0.0.0.0/0', 'eth0', '192.168.90.1'),
      route(`10.244.${number}.0/24`, 'cni0'),
      route('192.168.90.0/24', 'eth0'),
      ...others.map((other) => route(`10.244.${other}.0/24`, 'eth0', `192.168.90.1${other}`)),
    ],
    bridgePorts: [
      { name: 'veth0', bridge: 'cni0', hairpin: true, source: `node-${number}/bridge-link.txt`, line: 1 },
    ],
    sysctls: new Map([
      ['net.ipv4.ip_forward', '1'],
      ['net.bridge.bridge-nf-call-iptables', '1'],
    ]),
    ...more,
  };
}

function link(index: number, name: string, addresses: readonly (readonly [string, number, string])[]): Link {
  return {
    index,
    name,
    isUp: true,
    isLoopback: name === 'lo',
    isPromiscuous: false,
    addresses: addresses.map(([address, prefix, scope]) => ({ address: ip(address), prefix, scope })),
  };
}

/** A route of the main table. */
export function route(destination: string, device: string, via?: string): Route {
  const cidr = parseCidr(destination);
  if (cidr === undefined) throw new Error(`no prefix: ${destination}`);
  return {
    destination: cidr,
    type: 'unicast',
    table: 'main',
    device,
    metric: 0,
    line: 0,
    ...(via === undefined ? {} : { via: ip(via) }),
  };
}

/** A network of hand-made nodes; `pods` by address. Pod addresses are 10.244/16, ClusterIPs 10.96/16. */
export function network(nodes: readonly NodeState[], pods: Readonly<Record<string, string>> = {}): Network {
  const places = new Map<Ip, Place>();
  for (const { name } of nodes) {
    places.set(ip(`192.168.90.1${name.slice(5)}`), { node: name, isHostNetwork: true });
  }
  for (const [address, pod] of Object.entries(pods)) {
    places.set(ip(address), { node: `node-${address.split('.')[2] ?? ''}`, pod, isHostNetwork: false });
  }
  return {
    nodes: new Map(nodes.map((state) => [state.name, state])),
    placeOf: (address) => places.get(address),
    isClusterAddress: (address) =>
      typeof address === 'number' && (address >>> 16 === 0x0af4 || address >>> 16 === 0x0a60),
  };
}

/** Where a client stands. */
export function vantage(kind: Vantage['kind'], number: number, address: string): Vantage {
  return { kind, node: `node-${number}`, address: ip(address) };
}
