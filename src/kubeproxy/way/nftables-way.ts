import type { Table } from '../../dataplane/ruleset/ruleset.ts';
import type { KeyValue } from '../../dataplane/ruleset/sets.ts';
import { formatAddressPort, formatIp } from '../../model/address.ts';
import type { Endpoint, Frontend } from '../../model/frontend.ts';
import { protocolName } from '../../model/protocol.ts';
import { nftEndpointBase, nftServiceBase } from '../names.ts';
import { type NodeRules, type Station, type WayClient, marks, stationsOf, familyName } from './station.ts';

/**
 * The chains of kube-proxy's table from the hook to the Service's balancing chain, and with `endpoint` to its own where it has one.
 * Where a map or set on the way does not hold what it should, that is the place. *Source:* kubernetes v1.29 to v1.37 pkg/proxy/nftables/proxier.go.
 */
export function nftablesWay(rules: NodeRules, client: WayClient, endpoint?: Endpoint): Station[] {
  const { frontend, isOwn, takesLocal } = client;
  const { table, at } = own(rules, frontend);
  if (table === undefined)
    return [{ at: at('', `no table ${familyName(frontend)} kube-proxy`).at, isBroken: true }];
  const base = baseOf(frontend);
  const external = frontend.kind === 'clusterIP' ? [] : [`external-${base}`];
  const balancing = `${takesLocal ? 'local' : 'service'}-${base}`;
  const hook = isOwn ? 'nat-output' : 'nat-prerouting';
  const text = endpoint && formatAddressPort(endpoint.address, endpoint.port);
  const endpointChain = endpoint && `endpoint-${endpointBaseOf(frontend, endpoint)}`;
  return [
    at(hook, `${hook} does not jump to services`),
    entry(table, at, frontend, external[0] ?? balancing),
    ...external.map((chain) => at(chain, `does not lead this client to ${balancing}`)),
    at(balancing, text === undefined ? 'does not take every client' : `no branch to ${text}`),
    ...(endpointChain !== undefined && table.chains.has(endpointChain)
      ? [at(endpointChain, `does not translate to ${text}`)]
      : []),
  ];
}

/** As `nftablesWay`, on to the rules that replace the source; `self` is the endpoint that reaches itself. */
export function nftablesMarkWay(rules: NodeRules, client: WayClient, self?: Endpoint): Station[] {
  const { frontend } = client;
  const { table, at } = own(rules, frontend);
  if (table === undefined) return [];
  const end = [
    at('nat-postrouting', 'nat-postrouting does not jump to masquerading'),
    at('masquerading', 'does not masquerade what is marked'),
  ];
  // Until v1.35 a chain of its own marks, and the chain of an endpoint sends its own packets there.
  const helper = table.chains.get('mark-for-masquerade');
  const way = nftablesWay(rules, client, self);
  if (helper !== undefined) {
    const isDone = frontend.kind !== 'clusterIP' && self === undefined;
    const before = isDone ? way.slice(0, 3) : way;
    const isBroken = !marks(helper, client.mark);
    return [...before, at(helper.name, 'does not mark', { isBroken }), ...end];
  }
  if (self !== undefined) {
    const key = [self.address, self.address, frontend.protocol, self.port];
    const text = `${formatAddressPort(self.address, self.port)} to itself`;
    return [...end.slice(0, 1), held(table, at, 'hairpin-connections', key, text, 'masquerading')];
  }
  return [...way.slice(0, frontend.kind === 'clusterIP' ? 1 : 2), ...markers(table, at, client), ...end];
}

/** The chain that marks packets of the frontend itself, and the rule there that does. */
function markers(table: Table, at: At, { frontend, mark }: WayClient): Station[] {
  const { kind, address } = frontend;
  const chain = kind === 'clusterIP' ? 'services' : `external-${baseOf(frontend)}`;
  const station = at(chain, 'does not mark packets for masquerading');
  const asked =
    kind === 'clusterIP' ? held(table, at, 'cluster-ips', [address], formatIp(address), chain) : station;
  const isBroken = asked.isBroken === true || !marks(table.chains.get(chain), mark);
  return [
    { ...asked, isBroken },
    { ...station, isPassedBy: (passed) => passed.chain === chain && /\bmark set\b/.test(passed.rule) },
  ];
}

/** The stations where clients are turned away; with `bySource` those that source ranges leave out. */
export function nftablesDenialWay(
  rules: NodeRules,
  { frontend, isOwn }: WayClient,
  bySource: boolean,
): Station[] {
  const { table, at } = own(rules, frontend);
  if (table === undefined) return [];
  const isNodePort = frontend.kind === 'nodePort';
  const [map, chain] = bySource
    ? ['firewall-ips', 'firewall-check']
    : isNodePort
      ? ['no-endpoint-nodeports', 'nodeport-endpoints-check']
      : ['no-endpoint-services', 'service-endpoints-check'];
  const hook = bySource
    ? isOwn
      ? 'output'
      : 'prerouting'
    : isNodePort
      ? 'input'
      : isOwn
        ? 'output'
        : 'forward';
  const name = [...table.chains.values()].find(
    ({ base, name: each }) =>
      base?.hook === hook &&
      base.type === 'filter' &&
      (bySource
        ? each.endsWith('pre-dnat') || !table.chains.has(`filter-${hook}-pre-dnat`)
        : each === `filter-${hook}`),
  )?.name;
  const last = bySource ? [at(`firewall-${baseOf(frontend)}`, 'lets this client pass')] : [];
  return [
    ...(name === undefined ? [] : [at(name, `${name} does not jump to ${chain}`)]),
    held(table, at, map, keyOf(frontend), keyText(frontend), chain),
    ...last,
  ];
}

type At = ReturnType<typeof stationsOf>;

function own({ tables }: NodeRules, frontend: Frontend): { table: Table | undefined; at: At } {
  const family = familyName(frontend);
  const table = tables.find((each) => each.family === family && each.name === 'kube-proxy');
  return { table, at: stationsOf(family, 'kube-proxy', table) };
}

/** The chain `services`, or the map or set that does not lead from there to `target`. */
function entry(table: Table, at: At, frontend: Frontend, target: string): Station {
  const isNodePort = frontend.kind === 'nodePort';
  const map = isNodePort ? 'service-nodeports' : 'service-ips';
  const found = held(table, at, map, keyOf(frontend), keyText(frontend), 'services');
  if (found.isBroken) return found;
  const element = table.sets.get(map)?.elements.find(keyOf(frontend));
  const value = element === 'unknown' ? undefined : element?.value;
  const leads = value?.kind === 'verdict' && 'chain' in value.verdict ? value.verdict.chain : 'no chain';
  if (leads !== target) {
    const { at: place } = at(map, `${keyText(frontend)} leads to ${leads}, not to ${target}`);
    return { ...found, at: place };
  }
  return isNodePort && table.sets.has('nodeport-ips')
    ? held(table, at, 'nodeport-ips', [frontend.address], formatIp(frontend.address), 'services')
    : found;
}

/** The chain `chain`; where it asks the set or map `name`, which does not hold `key`, that. */
function held(
  table: Table,
  at: At,
  name: string,
  key: readonly KeyValue[],
  text: string,
  chain: string,
): Station {
  const station = at(chain, `no rule looks up @${name}`);
  if (table.sets.get(name)?.elements.find(key) !== undefined) return station;
  return { ...station, at: at(name, `no element ${text}`).at, isBroken: true };
}

function keyOf({ kind, address, protocol, port }: Frontend): KeyValue[] {
  return kind === 'nodePort' ? [protocol, port] : [address, protocol, port];
}

function keyText({ kind, address, protocol, port }: Frontend): string {
  return [...(kind === 'nodePort' ? [] : [formatIp(address)]), protocolName(protocol), port].join(' . ');
}

function baseOf({ service, portName, protocol }: Frontend): string {
  return nftServiceBase(service, portName, protocolName(protocol));
}

function endpointBaseOf({ service, portName, protocol }: Frontend, { address, port }: Endpoint): string {
  return nftEndpointBase(service, portName, protocolName(protocol), address, port);
}
