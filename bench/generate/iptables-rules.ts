import { parseIp } from '../../src/model/address.ts';
import { endpointChain, serviceHash } from '../../src/kubeproxy/names.ts';
import { type BenchCluster, type BenchService, POD_CIDR } from './cluster.ts';
import { randomFrom, shuffled } from './random.ts';

/** `large`: without comments on endpoints, as kube-proxy writes above a thousand endpoints. */
export type IptablesForm = 'comments' | 'large';

type Chains = Map<string, string[]>;

/**
 * What iptables-save prints on a node of `cluster` whose kube-proxy is in iptables mode: built-in chains, then all others by
 * name; KUBE-SERVICES and KUBE-NODEPORTS in the random order of a Go map. *Source:* kubernetes v1.28 pkg/proxy/iptables.
 */
export function iptablesDump(cluster: BenchCluster, form: IptablesForm): string {
  const random = randomFrom(cluster.size.seed + 1);
  const nat: Chains = new Map(['KUBE-NODEPORTS', 'KUBE-SERVICES'].map((name) => [name, []]));
  const filter: Chains = new Map(
    [
      'KUBE-EXTERNAL-SERVICES',
      'KUBE-FIREWALL',
      'KUBE-FORWARD',
      'KUBE-NODEPORTS',
      'KUBE-PROXY-FIREWALL',
      'KUBE-SERVICES',
    ].map((name) => [name, []]),
  );
  for (const service of shuffled(cluster.services, random)) writeService(nat, filter, service, form);
  writeFixed(nat, filter);
  return [
    table('mangle', ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'], new Map()),
    table('filter', ['INPUT', 'FORWARD', 'OUTPUT'], filter),
    table('nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], nat),
  ].join('');
}

function add(chains: Chains, chain: string, rule: string): void {
  const rules = chains.get(chain);
  if (rules) rules.push(rule);
  else chains.set(chain, [rule]);
}

function writeService(nat: Chains, filter: Chains, service: BenchService, form: IptablesForm): void {
  const owner = `${service.namespace}/${service.name}`;
  const name = `${owner}:http`;
  const hash = serviceHash(owner, 'http', 'tcp');
  const to = (ip: string, what: string): string =>
    `-d ${ip}/32 -p tcp -m comment --comment "${name} ${what}" -m tcp --dport ${service.port}`;
  if (service.endpoints.length === 0) {
    const refuse = '-j REJECT --reject-with icmp-port-unreachable';
    add(filter, 'KUBE-SERVICES', `${to(service.clusterIp, 'has no endpoints')} ${refuse}`);
    if (service.loadBalancerIp !== undefined)
      add(filter, 'KUBE-EXTERNAL-SERVICES', `${to(service.loadBalancerIp, 'has no endpoints')} ${refuse}`);
    if (service.nodePort !== undefined) {
      const match = `-p tcp -m comment --comment "${name} has no endpoints" -m addrtype --dst-type LOCAL -m tcp --dport ${service.nodePort}`;
      add(filter, 'KUBE-EXTERNAL-SERVICES', `${match} ${refuse}`);
    }
    return;
  }
  const svc = `KUBE-SVC-${hash}`;
  const ext = `KUBE-EXT-${hash}`;
  add(nat, 'KUBE-SERVICES', `${to(service.clusterIp, 'cluster IP')} -j ${svc}`);
  if (service.loadBalancerIp !== undefined)
    add(nat, 'KUBE-SERVICES', `${to(service.loadBalancerIp, 'loadbalancer IP')} -j ${ext}`);
  if (service.nodePort !== undefined) {
    const match = `-p tcp -m comment --comment "${name}" -m tcp --dport ${service.nodePort}`;
    add(nat, 'KUBE-NODEPORTS', `${match} -j ${ext}`);
  }
  if (service.nodePort !== undefined || service.loadBalancerIp !== undefined) {
    const comment = `-m comment --comment "masquerade traffic for ${name} external destinations"`;
    add(nat, ext, `${comment} -j KUBE-MARK-MASQ`);
    add(nat, ext, `-j ${svc}`);
  }
  add(nat, svc, `! -s ${POD_CIDR} ${to(service.clusterIp, 'cluster IP')} -j KUBE-MARK-MASQ`);
  writeBalancing(nat, service, name, svc, form);
}

function writeBalancing(
  nat: Chains,
  service: BenchService,
  name: string,
  svc: string,
  form: IptablesForm,
): void {
  const { endpoints, targetPort } = service;
  const seps = endpoints.map((ip) =>
    endpointChain(`${service.namespace}/${service.name}`, 'http', 'tcp', parseIp(ip) ?? 0, targetPort),
  );
  const say = (text: string): string => (form === 'large' ? '' : `-m comment --comment "${text}" `);
  const recent = (sep: string, what: string): string =>
    `-m recent --${what} --name ${sep} --mask 255.255.255.255 --rsource `;
  for (const [index, sep] of seps.entries()) {
    if (service.hasAffinity)
      add(
        nat,
        svc,
        `${say(`${name} -> ${endpoints[index]}:${targetPort}`)}${recent(sep, 'rcheck --seconds 10800 --reap')}-j ${sep}`,
      );
  }
  for (const [index, sep] of seps.entries()) {
    const left = seps.length - index;
    const chance = left === 1 ? '' : `-m statistic --mode random --probability ${printed(1 / left)} `;
    add(nat, svc, `${say(`${name} -> ${endpoints[index]}:${targetPort}`)}${chance}-j ${sep}`);
    add(nat, sep, `-s ${endpoints[index]}/32 ${say(name)}-j KUBE-MARK-MASQ`);
    const remember = service.hasAffinity ? recent(sep, 'set') : '';
    add(
      nat,
      sep,
      `-p tcp ${say(name)}${remember}-m tcp -j DNAT --to-destination ${endpoints[index]}:${targetPort}`,
    );
  }
}

/** A probability as the kernel keeps it (31 bits of ten written decimals) and iptables-save prints it. */
function printed(probability: number): string {
  return (Math.round(Number(probability.toFixed(10)) * 2 ** 31) / 2 ** 31).toFixed(11);
}

function writeFixed(nat: Chains, filter: Chains): void {
  const say = (text: string): string => `-m comment --comment "kubernetes ${text}"`;
  const fresh = '-m conntrack --ctstate NEW';
  for (const chain of ['PREROUTING', 'OUTPUT']) add(nat, chain, `${say('service portals')} -j KUBE-SERVICES`);
  add(nat, 'POSTROUTING', `${say('postrouting rules')} -j KUBE-POSTROUTING`);
  add(
    nat,
    'KUBE-SERVICES',
    `${say('service nodeports; NOTE: this must be the last rule in this chain')} -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`,
  );
  add(nat, 'KUBE-MARK-MASQ', '-j MARK --set-xmark 0x4000/0x4000');
  add(nat, 'KUBE-POSTROUTING', '-m mark ! --mark 0x4000/0x4000 -j RETURN');
  add(nat, 'KUBE-POSTROUTING', '-j MARK --set-xmark 0x4000/0x0');
  add(nat, 'KUBE-POSTROUTING', `${say('service traffic requiring SNAT')} -j MASQUERADE --random-fully`);
  add(filter, 'INPUT', '-j KUBE-FIREWALL');
  for (const chain of ['INPUT', 'FORWARD', 'OUTPUT'])
    add(filter, chain, `${fresh} ${say('load balancer firewall')} -j KUBE-PROXY-FIREWALL`);
  add(filter, 'INPUT', `${say('health check service ports')} -j KUBE-NODEPORTS`);
  add(filter, 'INPUT', `${fresh} ${say('externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`);
  add(filter, 'FORWARD', `${say('forwarding rules')} -j KUBE-FORWARD`);
  for (const chain of ['FORWARD', 'OUTPUT'])
    add(filter, chain, `${fresh} ${say('service portals')} -j KUBE-SERVICES`);
  add(filter, 'FORWARD', `${fresh} ${say('externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`);
  add(filter, 'OUTPUT', '-j KUBE-FIREWALL');
  add(
    filter,
    'KUBE-FIREWALL',
    '! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  );
  add(filter, 'KUBE-FORWARD', '-m conntrack --ctstate INVALID -j DROP');
  add(filter, 'KUBE-FORWARD', `${say('forwarding rules')} -m mark --mark 0x4000/0x4000 -j ACCEPT`);
  add(
    filter,
    'KUBE-FORWARD',
    `${say('forwarding conntrack rule')} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
  );
}

function table(name: string, builtIn: readonly string[], chains: Chains): string {
  const time = 'on Mon Jan  5 12:00:00 2026';
  const own = [...chains.keys(), 'KUBE-KUBELET-CANARY', 'KUBE-PROXY-CANARY']
    .filter((chain) => !builtIn.includes(chain))
    .sort();
  const lines = [`# Generated by iptables-nft-save v1.8.9 (nf_tables) ${time}`, `*${name}`];
  for (const chain of builtIn) lines.push(`:${chain} ACCEPT [0:0]`);
  for (const chain of own) lines.push(`:${chain} - [0:0]`);
  for (const chain of [...builtIn, ...own])
    for (const rule of chains.get(chain) ?? []) lines.push(`-A ${chain} ${rule}`);
  lines.push('COMMIT', `# Completed ${time}`);
  return `${lines.join('\n')}\n`;
}
