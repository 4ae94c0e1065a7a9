import type { Chain, Rule, Table } from '../dataplane/ruleset/ruleset.ts';
import type { Part } from '../dataplane/ruleset/rule-parts.ts';
import { type Ip, familyOf, formatAddressPort, formatIp } from '../model/address.ts';
import type { Endpoint, Frontend } from '../model/frontend.ts';
import { protocolName } from '../model/protocol.ts';
import type { ProxyMode } from '../world/kube-proxy-state.ts';
import type { World } from '../world/world.ts';
import { endpointChain, nftServiceBase, serviceHash } from './names.ts';

/** What was read of one node's kernel. */
export type NodeRules = NonNullable<ReturnType<World['nodeStates']['get']>>;

/** A place in a node's rules where something of kube-proxy's stands, or should stand. */
export interface ProxyPlace {
  readonly family: string;
  readonly table: string;
  /** A chain, map, set or virtual server. */
  readonly chain: string;
  /** What stands there, or what is missing, in words. */
  readonly rule: string;
  readonly source: string;
  readonly line: number;
}

/** Whether a node's rules lead a frontend's packets to its Service, and where they stop leading. */
export interface EntryAnswer {
  readonly isPresent: boolean;
  /** Where the way ends; undefined where it leads on to the Service's endpoints. */
  readonly missing?: ProxyPlace;
  /** The chain of the Service that shares out its clients, where the way leads there. */
  readonly chain?: ProxyPlace;
}

/**
 * Follows, by kube-proxy's names, the way that packets to `frontend` should take through the rules of one node: hook, entry,
 * chain of the Service, and with `endpoint` its branch and its chain. It says what is missing; it does not walk packets.
 * *Source:* the layouts of kubernetes v1.24 to v1.37 pkg/proxy/{iptables,ipvs,nftables}/proxier.go.
 */
export function findEntry(
  rules: NodeRules,
  mode: ProxyMode,
  frontend: Frontend,
  endpoint?: Endpoint,
): EntryAnswer {
  if (mode === 'ipvs') return ipvsEntry(rules, frontend, endpoint);
  const family = familyOf(frontend.address) === 'IPv4' ? 'ip' : 'ip6';
  const tables = rules.tables.filter((table) => table.family === family);
  return mode === 'nftables'
    ? nftEntry(tables, family, frontend, endpoint)
    : iptablesEntry(tables, family, frontend, endpoint);
}

function ipvsEntry(
  { ipvs = [], links }: NodeRules,
  frontend: Frontend,
  endpoint: Endpoint | undefined,
): EntryAnswer {
  const name = formatAddressPort(frontend.address, frontend.port);
  const place = { family: 'ipvs', table: '', chain: name, source: 'IPVS', line: 0 };
  const server = ipvs.find(
    ({ address, port, protocol }) =>
      address === frontend.address && port === frontend.port && protocol === frontend.protocol,
  );
  if (server === undefined) {
    return { isPresent: false, missing: { ...place, rule: `no virtual server ${name}` } };
  }
  const { source, line } = server;
  const isBound = links?.some(({ addresses }) => addresses.some((own) => own.address === frontend.address));
  if (isBound === false) {
    const rule = `no address ${formatIp(frontend.address)}, so packets to it are routed on`;
    return { isPresent: false, missing: { ...place, chain: 'kube-ipvs0', rule } };
  }
  const able = server.servers.filter(({ weight }) => weight > 0);
  const real = endpoint && server.servers.find(({ address, port }) => isAt(endpoint, address, port));
  if (endpoint && !able.some(({ address, port }) => isAt(endpoint, address, port))) {
    const rule = real
      ? `-> ${formatAddressPort(real.address, real.port)} weight 0`
      : `no -> ${formatAddressPort(endpoint.address, endpoint.port)}`;
    return { isPresent: true, missing: { ...place, source, line: real?.line ?? line, rule } };
  }
  if (able.length > 0) return { isPresent: true };
  return { isPresent: true, missing: { ...place, source, line, rule: `${name} has no real server` } };
}

function isAt(endpoint: Endpoint, address: Ip, port: number): boolean {
  return endpoint.address === address && endpoint.port === port;
}

function nftEntry(
  tables: readonly Table[],
  family: string,
  frontend: Frontend,
  endpoint: Endpoint | undefined,
): EntryAnswer {
  const table = tables.find(({ name }) => name === 'kube-proxy');
  const [source = ''] = tables.map((each) => each.source);
  const place = { family, table: 'kube-proxy', source: table?.source ?? source, line: 0 };
  if (table === undefined) {
    return { isPresent: false, missing: { ...place, chain: '', rule: `no table ${family} kube-proxy` } };
  }
  for (const hook of ['nat-prerouting', 'nat-output']) {
    if (!jumpsTo(table.chains.get(hook), ['services'])) {
      const missing = { ...place, chain: hook, rule: `${hook} does not jump to services` };
      return { isPresent: false, missing };
    }
  }
  const protocol = protocolName(frontend.protocol);
  const isNodePort = frontend.kind === 'nodePort';
  const map = isNodePort ? 'service-nodeports' : 'service-ips';
  const key = isNodePort
    ? [frontend.protocol, frontend.port]
    : [frontend.address, frontend.protocol, frontend.port];
  const text = [...(isNodePort ? [] : [formatIp(frontend.address)]), protocol, frontend.port].join(' . ');
  const set = table.sets.get(map);
  const element = set?.elements.find(key);
  if (set === undefined || element === undefined) {
    const missing = { ...place, chain: map, line: set?.line ?? 0, rule: `no element ${text}` };
    return { isPresent: false, missing };
  }
  const nodePortIps = table.sets.get('nodeport-ips');
  if (isNodePort && nodePortIps && nodePortIps.elements.find([frontend.address]) === undefined) {
    const rule = `no element ${formatIp(frontend.address)}`;
    return { isPresent: false, missing: { ...place, chain: 'nodeport-ips', line: nodePortIps.line, rule } };
  }
  const vmap = jumpsToMap(table.chains.get('services'), map);
  if (!vmap) {
    const line = table.chains.get('services')?.line ?? 0;
    return {
      isPresent: false,
      missing: { ...place, chain: 'services', line, rule: `no rule looks up @${map}` },
    };
  }
  const base = nftServiceBase(frontend.service, frontend.portName, protocol);
  const names = [`service-${base}`, `local-${base}`];
  if (element !== 'unknown') {
    const value = element.value;
    const target = value?.kind === 'verdict' && 'chain' in value.verdict ? value.verdict.chain : undefined;
    const expected = [...names, `external-${base}`];
    if (target === undefined || !expected.includes(target)) {
      const rule = `${text} leads to ${target ?? 'no chain'}, not to ${names[0] ?? ''}`;
      return { isPresent: true, missing: { ...place, chain: map, line: element.line, rule } };
    }
    const first = table.chains.get(target);
    if (first === undefined || first.rules.length === 0)
      return {
        isPresent: true,
        missing: { ...place, chain: target, line: first?.line ?? 0, rule: 'has no rule' },
      };
  }
  return serviceChains(table, names, endpoint, place);
}

function serviceChains(
  table: Table,
  names: readonly string[],
  endpoint: Endpoint | undefined,
  place: Omit<ProxyPlace, 'chain' | 'rule'>,
): EntryAnswer {
  const chains = names
    .flatMap((name) => table.chains.get(name) ?? [])
    .filter(({ rules }) => rules.length > 0);
  const [first] = chains;
  const line = first?.line ?? 0;
  if (first === undefined)
    return { isPresent: true, missing: { ...place, chain: names[0] ?? '', rule: 'has no rule' } };
  if (endpoint === undefined)
    return {
      isPresent: true,
      chain: { ...place, chain: first.name, line, rule: 'does not take every client' },
    };
  const text = formatAddressPort(endpoint.address, endpoint.port);
  for (const chain of chains) {
    for (const rule of rulesOf(chain)) {
      if (leadsTo(table, rule, endpoint)) return { isPresent: true };
      const dead = endpointChainsOf(rule).find(
        (name) =>
          name.includes(`__${formatIp(endpoint.address).replaceAll(':', '.')}/${endpoint.port}`) &&
          !translatesTo(table, name, endpoint),
      );
      if (dead !== undefined) {
        const own = table.chains.get(dead);
        const missing = {
          ...place,
          chain: dead,
          line: own?.line ?? 0,
          rule: `does not translate to ${text}`,
        };
        return { isPresent: true, missing };
      }
    }
  }
  return { isPresent: true, missing: { ...place, chain: first.name, line, rule: `no branch to ${text}` } };
}

function leadsTo(table: Table, rule: Rule, endpoint: Endpoint): boolean {
  return (
    rule.parts.some((part) => isDnatTo(part, endpoint)) ||
    endpointChainsOf(rule).some((name) => translatesTo(table, name, endpoint))
  );
}

function translatesTo(table: Table, chain: string, endpoint: Endpoint): boolean {
  return rulesOf(table.chains.get(chain)).some(({ parts }) => parts.some((part) => isDnatTo(part, endpoint)));
}

function isDnatTo(part: Part, { address, port }: Endpoint): boolean {
  if (part.kind !== 'dnat') return false;
  const { addresses, ports, map } = part.to;
  if (map !== undefined && typeof map.map !== 'string') {
    for (const { value } of map.map.elements.all()) {
      if (value?.kind !== 'data') continue;
      const [ip, number] = value.parts;
      if (ip && 'low' in ip && ip.low === address && number && 'low' in number && number.low === port)
        return true;
    }
    return false;
  }
  return addresses?.low === address && (ports === undefined || Number(ports.low) === port);
}

/** Chains that a balancing rule leads to, by jump or verdict map. */
function endpointChainsOf(rule: Rule): string[] {
  return rule.parts.flatMap((part) => {
    if (part.kind === 'jump' || part.kind === 'goto') return [part.chain];
    if (part.kind !== 'vmap' || typeof part.map === 'string') return [];
    return [...part.map.elements.all()].flatMap(({ value }) =>
      value?.kind === 'verdict' && 'chain' in value.verdict ? [value.verdict.chain] : [],
    );
  });
}

function iptablesEntry(
  tables: readonly Table[],
  family: string,
  frontend: Frontend,
  endpoint: Endpoint | undefined,
): EntryAnswer {
  const candidates = tables.filter(({ name }) => name === 'nat');
  const table =
    candidates.find(({ chains }) => (chains.get('KUBE-SERVICES')?.rules.length ?? 0) > 0) ?? candidates[0];
  const place = { family, table: 'nat', source: table?.source ?? tables[0]?.source ?? '', line: 0 };
  const services = table?.chains.get('KUBE-SERVICES');
  if (table === undefined || services === undefined) {
    return {
      isPresent: false,
      missing: { ...place, chain: 'KUBE-SERVICES', rule: 'no chain KUBE-SERVICES' },
    };
  }
  for (const hook of ['PREROUTING', 'OUTPUT']) {
    if (!jumpsTo(table.chains.get(hook), ['KUBE-SERVICES'])) {
      const missing = { ...place, chain: hook, rule: `${hook} does not jump to KUBE-SERVICES` };
      return { isPresent: false, missing };
    }
  }
  const isNodePort = frontend.kind === 'nodePort';
  const hash = serviceHash(frontend.service, frontend.portName, protocolName(frontend.protocol));
  const starts = ['SVC', 'SVL', 'EXT', 'FW', 'XLB'].map((kind) => `KUBE-${kind}-${hash}`);
  const from = isNodePort ? table.chains.get('KUBE-NODEPORTS') : services;
  const entry = findRule(from, frontend, isNodePort ? undefined : frontend.address, starts);
  if (entry === undefined) {
    const what = `${isNodePort ? '' : `${formatIp(frontend.address)} `}${protocolName(frontend.protocol)} ${frontend.port}`;
    const missing = {
      ...place,
      chain: from?.name ?? 'KUBE-NODEPORTS',
      line: from?.line ?? 0,
      rule: `no rule for ${what}`,
    };
    return { isPresent: false, missing };
  }
  if (isNodePort && !jumpsTo(services, ['KUBE-NODEPORTS'])) {
    const missing = {
      ...place,
      chain: 'KUBE-SERVICES',
      line: services.line,
      rule: 'no jump to KUBE-NODEPORTS',
    };
    return { isPresent: false, missing };
  }
  for (const name of starts.slice(2)) {
    const chain = table.chains.get(name);
    if (entry.includes(name) && !jumpsTo(chain, starts))
      return {
        isPresent: true,
        missing: { ...place, chain: name, line: chain?.line ?? 0, rule: 'leads nowhere' },
      };
  }
  return iptablesBranches(table, hash, frontend, endpoint, place);
}

function iptablesBranches(
  table: Table,
  hash: string,
  frontend: Frontend,
  endpoint: Endpoint | undefined,
  place: Omit<ProxyPlace, 'chain' | 'rule'>,
): EntryAnswer {
  const chains = ['SVC', 'SVL'].flatMap((kind) => table.chains.get(`KUBE-${kind}-${hash}`) ?? []);
  const [first] = chains.filter(({ rules }) => rules.length > 0);
  if (first === undefined) {
    const missing = { ...place, chain: `KUBE-SVC-${hash}`, line: chains[0]?.line ?? 0, rule: 'has no rule' };
    return { isPresent: true, missing };
  }
  if (endpoint === undefined) {
    const chain = { ...place, chain: first.name, line: first.line, rule: 'does not take every client' };
    return { isPresent: true, chain };
  }
  const { service, portName, protocol } = frontend;
  const own = endpointChain(service, portName, protocolName(protocol), endpoint.address, endpoint.port);
  const text = formatAddressPort(endpoint.address, endpoint.port);
  if (!chains.some((chain) => branchesTo(chain, own))) {
    const missing = { ...place, chain: first.name, line: first.line, rule: `no branch to ${own} (${text})` };
    return { isPresent: true, missing };
  }
  if (translatesTo(table, own, endpoint)) return { isPresent: true };
  const line = table.chains.get(own)?.line ?? 0;
  return { isPresent: true, missing: { ...place, chain: own, line, rule: `does not translate to ${text}` } };
}

/** The targets of the first rule of `chain` that takes the frontend's packets to one of `targets`; undefined where none does. */
function findRule(
  chain: Chain | undefined,
  { address, port, protocol }: Frontend,
  destination: Ip | undefined,
  targets: readonly string[],
): readonly string[] | undefined {
  if (chain === undefined) return undefined;
  const key = { destination: address, protocol, destinationPort: port };
  const { rules } = chain;
  for (let index = rules.next(0, key); index < rules.length; index = rules.next(index + 1, key)) {
    const { parts } = rules.at(index);
    const found = parts.flatMap((part) =>
      (part.kind === 'jump' || part.kind === 'goto') && targets.includes(part.chain) ? [part.chain] : [],
    );
    if (found.length === 0 || !tests(parts, 'dport', port)) continue;
    if (destination === undefined ? tests(parts, 'daddr', undefined) : tests(parts, 'daddr', destination))
      return found;
  }
  return undefined;
}

/** Whether `parts` hold a test of `field` for just `value`; with no value, whether they hold no test of it. */
function tests(parts: readonly Part[], field: string, value: Ip | undefined): boolean {
  const found = parts.filter(
    (part) => part.kind === 'compare' && part.left.kind === 'field' && part.left.field === field,
  );
  if (value === undefined) return found.length === 0;
  return found.some(
    (part) =>
      part.kind === 'compare' &&
      !part.not &&
      'ranges' in part.values &&
      part.values.ranges.some(({ low, high }) => low === value && high === value),
  );
}

/** Whether `chain` leads new clients to `target`: known ones come back by rules of their own. */
function branchesTo(chain: Chain, target: string): boolean {
  return rulesOf(chain).some(
    ({ parts }) =>
      parts.some((part) => (part.kind === 'jump' || part.kind === 'goto') && part.chain === target) &&
      !parts.some((part) => part.kind === 'recent'),
  );
}

function jumpsTo(chain: Chain | undefined, targets: readonly string[]): boolean {
  return rulesOf(chain).some(({ parts }) =>
    parts.some((part) => (part.kind === 'jump' || part.kind === 'goto') && targets.includes(part.chain)),
  );
}

function jumpsToMap(chain: Chain | undefined, map: string): boolean {
  return rulesOf(chain).some(({ parts }) => parts.some((part) => part.kind === 'vmap' && part.map === map));
}

function rulesOf(chain: Chain | undefined): Rule[] {
  if (chain === undefined) return [];
  return Array.from({ length: chain.rules.length }, (_, index) => chain.rules.at(index));
}
