import type { IpSet, KeyValue } from '../../dataplane/ruleset/sets.ts';
import { type Ip, familyOf, formatAddressPort, formatIp } from '../../model/address.ts';
import type { Endpoint, Frontend } from '../../model/frontend.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import { postroutingStations } from './iptables-way.ts';
import { type NodeRules, type Station, type WayClient, frontendWords, marks, stationsOf } from './station.ts';

/**
 * What in IPVS leads to the Service's real servers: the address on kube-ipvs0, the virtual server, and with `endpoint` its server.
 * *Source:* kubernetes v1.37 pkg/proxy/ipvs/proxier.go.
 */
export function ipvsWay(rules: NodeRules, client: WayClient, endpoint?: Endpoint): Station[] {
  const { ipvs = [], links } = rules;
  const { frontend, isOwn } = client;
  const name = formatAddressPort(frontend.address, frontend.port);
  const broken = (chain: string, rule: string, source = 'IPVS', line = 0): Station[] => [
    { at: { family: 'ipvs', table: '', chain, rule, source, line }, isBroken: true },
  ];
  const server = ipvs.find(
    ({ address, port, protocol }) =>
      address === frontend.address && port === frontend.port && protocol === frontend.protocol,
  );
  if (server === undefined) return broken(name, `no virtual server ${name}`);
  const bound = (links ?? []).flatMap(({ addresses }) => addresses);
  // `ip link` shows no addresses: then none was read.
  const isBound = bound.length === 0 ? undefined : bound.some(({ address }) => address === frontend.address);
  // IPVS sees what the node itself makes wherever it goes.
  if (isBound === false && !isOwn)
    return broken('kube-ipvs0', `no address ${formatIp(frontend.address)}, so packets to it are routed on`);
  const { source, line, servers } = server;
  if (!servers.some(({ weight }) => weight > 0))
    return broken(
      name,
      `${name} has no real server${servers.length > 0 ? ' of a weight' : ''}`,
      source,
      line,
    );
  const access = isOwn ? undefined : unmet(rules, frontend);
  if (access !== undefined || endpoint === undefined) return access ?? [];
  const text = formatAddressPort(endpoint.address, endpoint.port);
  const real = servers.find(({ address, port }) => address === endpoint.address && port === endpoint.port);
  if (real === undefined) return broken(name, `no -> ${text}`, source, line);
  return real.weight > 0 ? [] : broken(name, `-> ${text} weight 0`, source, real.line);
}

/** The chains and sets by which the source is replaced; `self` is the endpoint that reaches itself. */
export function ipvsMarkWay(rules: NodeRules, client: WayClient, self?: Endpoint): Station[] {
  const { frontend, isOwn, isLocalPolicy, mark } = client;
  const { at, table } = natOf(rules, frontend);
  const end = postroutingStations(rules, frontend);
  if (self !== undefined) {
    const key = [self.address, frontend.protocol, self.port, self.address];
    const text = `${formatAddressPort(self.address, self.port)} to itself`;
    return [...end.slice(0, 1), ...lacking(rules, frontend, 'LOOP-BACK', key, text), ...end.slice(1)];
  }
  const base = isOwn ? 'OUTPUT' : 'PREROUTING';
  const [set, chain] = MARKERS[frontend.kind];
  const key = keyOf(frontend);
  const text = frontendWords(frontend);
  const isChain = chain !== 'KUBE-SERVICES';
  return [
    at(base, `${base} does not jump to KUBE-SERVICES`),
    ...(isChain ? [at('KUBE-SERVICES', `does not lead to ${chain}`)] : []),
    ...(isLocalPolicy ? [] : stray(rules, frontend, setOf(frontend, `${set}-LOCAL`), key, text)),
    ...lacking(rules, frontend, setOf(frontend, set), key, text),
    at(chain, 'does not mark packets for masquerading'),
    at('KUBE-MARK-MASQ', 'does not mark', { isBroken: !marks(table?.chains.get('KUBE-MARK-MASQ'), mark) }),
    ...end,
  ];
}

/** The set without which the rules around IPVS refuse packets to the frontend; undefined where it holds the frontend, or nothing asks it. */
function unmet(rules: NodeRules, frontend: Frontend): Station[] | undefined {
  const isGuarded = rules.tables.some(({ chains }) => chains.has('KUBE-IPVS-FILTER'));
  if (frontend.kind === 'nodePort' || !isGuarded) return undefined;
  const sets: readonly string[] =
    frontend.kind === 'externalIP' ? ['EXTERNAL-IP', 'EXTERNAL-IP-LOCAL'] : [MARKERS[frontend.kind][0]];
  const missing = sets.flatMap((set) =>
    lacking(rules, frontend, set, keyOf(frontend), frontendWords(frontend)),
  );
  return missing.length === sets.length ? missing.slice(0, 1) : undefined;
}

/** The set that should except packets from masquerading and does not; none where the policy is not Local. */
export function ipvsKeepWay(rules: NodeRules, { frontend, isLocalPolicy }: WayClient): Station[] {
  const [set] = MARKERS[frontend.kind];
  const text = frontendWords(frontend);
  if (!isLocalPolicy || frontend.kind === 'clusterIP') return [];
  const isListed = frontend.kind === 'externalIP';
  return isListed
    ? stray(rules, frontend, set, keyOf(frontend), text)
    : lacking(rules, frontend, setOf(frontend, `${set}-LOCAL`), keyOf(frontend), text);
}

/** The chain that marks packets to such frontends. */
export function ipvsMarker({ kind }: Frontend): string {
  return MARKERS[kind][1];
}

/** The sets of masqueraded frontends, and the chains that ask them. */
const MARKERS = {
  clusterIP: ['CLUSTER-IP', 'KUBE-SERVICES'],
  externalIP: ['EXTERNAL-IP', 'KUBE-SERVICES'],
  loadBalancerIP: ['LOAD-BALANCER', 'KUBE-LOAD-BALANCER'],
  nodePort: ['NODE-PORT', 'KUBE-NODE-PORT'],
} as const;

function setOf({ kind, protocol }: Frontend, set: string): string {
  if (kind !== 'nodePort') return set;
  return `${set}-${protocol === PROTOCOL.udp ? 'UDP' : protocol === PROTOCOL.tcp ? 'TCP' : 'SCTP-HASH'}`;
}

/** A station that is broken where the ipset does not hold `key`; none where it does, or does not exist. */
export function lacking(...[rules, frontend, name, key, text]: MemberQuestion): Station[] {
  const set = rules.ipsets.get(setName(frontend, name));
  return set === undefined || set.elements.find(key) !== undefined
    ? []
    : [brokenSet(set, `no member ${text}`)];
}

/** A station that is broken where the ipset holds `key`; none where it does not. */
export function stray(...[rules, frontend, name, key, text]: MemberQuestion): Station[] {
  const set = rules.ipsets.get(setName(frontend, name));
  const found = set?.elements.find(key);
  return set === undefined || found === undefined || found === 'unknown'
    ? []
    : [brokenSet(set, `member ${text}`, found.line)];
}

/** Whether a set of the frontend's family, without `KUBE-`, holds `key`; `text` is what the member is in words. */
export type MemberQuestion = [
  rules: NodeRules,
  frontend: Frontend,
  name: string,
  key: readonly KeyValue[],
  text: string,
];

function brokenSet({ name, source, line }: IpSet, rule: string, at: number = line): Station {
  return { at: { family: 'ipset', table: '', chain: name, rule, source, line: at }, isBroken: true };
}

function setName({ address }: Frontend, name: string): string {
  return `KUBE-${familyOf(address) === 'IPv4' ? '' : '6-'}${name}`.slice(0, MOST_LETTERS);
}

/** The kernel cuts names of sets. *Source:* linux IPSET_MAXNAMELEN. */
const MOST_LETTERS = 31;

/** The frontend as a member of its set. */
export function keyOf({ kind, address, protocol, port }: Frontend): (Ip | number)[] {
  // A set of ports takes them of any protocol.
  return kind === 'nodePort' ? [protocol, port] : [address, protocol, port];
}

function natOf(
  { tables }: NodeRules,
  { address }: Frontend,
): { at: ReturnType<typeof stationsOf>; table: NodeRules['tables'][number] | undefined } {
  const family = familyOf(address) === 'IPv4' ? 'ip' : 'ip6';
  const table = tables.find(
    (each) => each.family === family && each.name === 'nat' && each.chains.has('KUBE-SERVICES'),
  );
  return { at: stationsOf(family, 'nat', table), table };
}
