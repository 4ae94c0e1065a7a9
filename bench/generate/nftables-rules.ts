import { parseIp } from '../../src/model/address.ts';
import { nftEndpointBase, nftServiceBase } from '../../src/kubeproxy/names.ts';
import { type BenchCluster, type BenchService, POD_CIDR } from './cluster.ts';

/** A rule, set element or chain as nft prints it in text and in JSON. */
interface Printed {
  readonly text: string;
  readonly json: unknown;
}

interface Chain {
  readonly name: string;
  /** `filter`, the hook and the priority of a base chain. */
  readonly base?: readonly [type: string, hook: string, priority: number];
  readonly rules: readonly Printed[];
}

interface VerdictMap {
  readonly name: string;
  readonly type: readonly string[];
  readonly elements: readonly Printed[];
}

/** The table that kube-proxy in nftables mode keeps for `cluster`. */
interface KubeProxyTable {
  readonly maps: readonly VerdictMap[];
  readonly chains: readonly Chain[];
}

/** What `nft list ruleset` prints on a node of `cluster`, in the layout of kube-proxy 1.29 to 1.35: a chain an endpoint. */
export function nftText(cluster: BenchCluster): string {
  const { maps, chains } = tableOf(cluster);
  const lines = ['table ip kube-proxy {'];
  for (const { name, type, elements } of maps) {
    lines.push(`\tmap ${name} {`, `\t\ttype ${type.join(' . ')} : verdict`);
    if (elements.length > 0)
      lines.push(`\t\telements = { ${elements.map(({ text }) => text).join(',\n\t\t\t     ')} }`);
    lines.push('\t}', '');
  }
  for (const { name, base, rules } of chains) {
    lines.push(`\tchain ${name} {`);
    if (base) lines.push(`\t\ttype ${base[0]} hook ${base[1]} priority ${base[2]}; policy accept;`);
    for (const { text } of rules) lines.push(`\t\t${text}`);
    lines.push('\t}', '');
  }
  lines.push('}', '');
  return lines.join('\n');
}

/** The same as `nft -j list ruleset` prints it: all chains, then all rules. */
export function nftJson(cluster: BenchCluster): string {
  const { maps, chains } = tableOf(cluster);
  const at = { family: 'ip', table: 'kube-proxy' };
  let handle = 1;
  const lines = [
    { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } },
    { table: { family: 'ip', name: 'kube-proxy', handle: handle++ } },
    ...maps.map(({ name, type, elements }) => ({
      map: {
        family: 'ip',
        name,
        table: 'kube-proxy',
        type,
        handle: handle++,
        map: 'verdict',
        ...(elements.length > 0 ? { elem: elements.map(({ json }) => json) } : {}),
      },
    })),
    ...chains.map(({ name, base }) => ({
      chain: {
        ...at,
        name,
        handle: handle++,
        ...(base ? { type: base[0], hook: base[1], prio: base[2], policy: 'accept' } : {}),
      },
    })),
    ...chains.flatMap(({ name, rules }) =>
      rules.map(({ json }) => ({ rule: { ...at, chain: name, handle: handle++, expr: json } })),
    ),
  ].map(spaced);
  return `{"nftables": [${lines.join(', ')}]}\n`;
}

// jansson, which nft prints with, puts a blank behind each comma and colon; none of ours stands inside a string.
function spaced(value: unknown): string {
  return JSON.stringify(value).replaceAll(/([:,])(?=["{[\dn])/g, '$1 ');
}

function tableOf({ services }: BenchCluster): KubeProxyTable {
  const live = services.filter(({ endpoints }) => endpoints.length > 0);
  const empty = services.filter(({ endpoints }) => endpoints.length === 0);
  const nodePortKey = (port: number): Printed => ({
    text: `tcp . ${port}`,
    json: { concat: ['tcp', port] },
  });
  const key = (ip: string, port: number): Printed => ({
    text: `${ip} . tcp . ${port}`,
    json: { concat: [ip, 'tcp', port] },
  });
  const to = ({ text, json }: Printed, chain: string): Printed => ({
    text: `${text} : goto ${chain}`,
    json: [json, { goto: { target: chain } }],
  });
  const reject = ({ text, json }: Printed): Printed => ({
    text: `${text} : goto reject-chain`,
    json: [json, { goto: { target: 'reject-chain' } }],
  });
  const triple = ['ipv4_addr', 'inet_proto', 'inet_service'];
  const lookUp = (map: string): Printed => ({
    text: `ip daddr . meta l4proto . th dport vmap @${map}`,
    json: [{ vmap: { key: { concat: [DADDR, meta('l4proto'), DPORT] }, data: `@${map}` } }],
  });
  const nodePorts = (map: string): Printed => ({
    text: `fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @${map}`,
    json: [
      match('==', { fib: { result: 'type', flags: ['daddr'] } }, 'local'),
      match('!=', DADDR, { prefix: { addr: '127.0.0.0', len: 8 } }),
      { vmap: { key: { concat: [meta('l4proto'), DPORT] }, data: `@${map}` } },
    ],
  });
  return {
    maps: [
      {
        name: 'no-endpoint-services',
        type: triple,
        elements: empty.flatMap(({ clusterIp, loadBalancerIp, port }) =>
          [clusterIp, loadBalancerIp].flatMap((ip) => (ip === undefined ? [] : [reject(key(ip, port))])),
        ),
      },
      {
        name: 'no-endpoint-nodeports',
        type: ['inet_proto', 'inet_service'],
        elements: empty.flatMap(({ nodePort }) =>
          nodePort === undefined ? [] : [reject(nodePortKey(nodePort))],
        ),
      },
      {
        name: 'service-ips',
        type: triple,
        elements: live.flatMap((service) => [
          to(key(service.clusterIp, service.port), `service-${baseOf(service)}`),
          ...(service.loadBalancerIp === undefined
            ? []
            : [to(key(service.loadBalancerIp, service.port), `external-${baseOf(service)}`)]),
        ]),
      },
      {
        name: 'service-nodeports',
        type: ['inet_proto', 'inet_service'],
        elements: live.flatMap((service) =>
          service.nodePort === undefined
            ? []
            : [to(nodePortKey(service.nodePort), `external-${baseOf(service)}`)],
        ),
      },
    ],
    chains: [
      {
        name: 'filter-input',
        base: ['filter', 'input', 0],
        rules: [ifNew('nodeport-endpoints-check'), ifNew('service-endpoints-check')],
      },
      {
        name: 'filter-forward',
        base: ['filter', 'forward', 0],
        rules: [ifNew('service-endpoints-check')],
      },
      {
        name: 'filter-output',
        base: ['filter', 'output', 0],
        rules: [ifNew('service-endpoints-check')],
      },
      { name: 'nat-prerouting', base: ['nat', 'prerouting', -100], rules: [jump('services')] },
      { name: 'nat-output', base: ['nat', 'output', -100], rules: [jump('services')] },
      { name: 'nat-postrouting', base: ['nat', 'postrouting', 100], rules: [jump('masquerading')] },
      { name: 'services', rules: [lookUp('service-ips'), nodePorts('service-nodeports')] },
      { name: 'service-endpoints-check', rules: [lookUp('no-endpoint-services')] },
      { name: 'nodeport-endpoints-check', rules: [nodePorts('no-endpoint-nodeports')] },
      { name: 'mark-for-masquerade', rules: [MARK] },
      { name: 'masquerading', rules: [MASQUERADE] },
      {
        name: 'reject-chain',
        rules: [{ text: 'reject', json: [{ reject: { type: 'icmp', expr: 'port-unreachable' } }] }],
      },
      ...live.flatMap(chainsOf),
    ],
  };
}

const payload = (field: string, protocol = 'ip'): object => ({ payload: { protocol, field } });
const meta = (key: string): object => ({ meta: { key } });
const match = (op: string, left: unknown, right: unknown): object => ({ match: { op, left, right } });
const [SADDR, DADDR, DPORT] = [payload('saddr'), payload('daddr'), payload('dport', 'th')];
const [POD_NETWORK = '', POD_BITS] = POD_CIDR.split('/');

const MARK: Printed = {
  text: 'meta mark set meta mark | 0x00004000',
  json: [{ mangle: { key: meta('mark'), value: { '|': [meta('mark'), 16_384] } } }],
};
const MASQUERADE: Printed = {
  text: 'meta mark & 0x00004000 != 0x00000000 meta mark set meta mark ^ 0x00004000 masquerade fully-random',
  json: [
    match('!=', { '&': [meta('mark'), 16_384] }, 0),
    { mangle: { key: meta('mark'), value: { '^': [meta('mark'), 16_384] } } },
    { masquerade: { flags: 'fully-random' } },
  ],
};

function jump(target: string): Printed {
  return { text: `jump ${target}`, json: [{ jump: { target } }] };
}

function ifNew(target: string): Printed {
  const { text, json } = jump(target);
  return {
    text: `ct state new ${text}`,
    json: [match('in', { ct: { key: 'state' } }, 'new'), ...(json as object[])],
  };
}

function baseOf({ namespace, name }: BenchService): string {
  return nftServiceBase(`${namespace}/${name}`, 'http', 'tcp');
}

function chainsOf(service: BenchService): Chain[] {
  const { namespace, name, clusterIp, port, targetPort, endpoints } = service;
  const base = baseOf(service);
  const mark = jump('mark-for-masquerade');
  const targets = endpoints.map(
    (ip) =>
      `endpoint-${nftEndpointBase(`${namespace}/${name}`, 'http', 'tcp', parseIp(ip) ?? 0, targetPort)}`,
  );
  const balance: Printed = {
    text: `numgen random mod ${targets.length} vmap { ${targets.map((target, i) => `${i} : goto ${target}`).join(', ')} }`,
    json: [
      {
        vmap: {
          key: { numgen: { mode: 'random', mod: targets.length, offset: 0 } },
          data: { set: targets.map((target, i) => [i, { goto: { target } }]) },
        },
      },
    ],
  };
  const fromOutside: Printed = {
    text: `ip daddr ${clusterIp} tcp dport ${port} ip saddr != ${POD_CIDR} ${mark.text}`,
    json: [
      match('==', DADDR, clusterIp),
      match('==', payload('dport', 'tcp'), port),
      match('!=', SADDR, { prefix: { addr: POD_NETWORK, len: Number(POD_BITS) } }),
      ...(mark.json as object[]),
    ],
  };
  const goOn: Printed = { text: `goto service-${base}`, json: [{ goto: { target: `service-${base}` } }] };
  return [
    { name: `service-${base}`, rules: [fromOutside, balance] },
    ...(service.nodePort === undefined && service.loadBalancerIp === undefined
      ? []
      : [{ name: `external-${base}`, rules: [mark, goOn] }]),
    ...targets.map((target, i) => ({
      name: target,
      rules: [
        {
          text: `ip saddr ${endpoints[i]} ${mark.text}`,
          json: [match('==', SADDR, endpoints[i]), ...(mark.json as object[])],
        },
        {
          text: `meta l4proto tcp dnat to ${endpoints[i]}:${targetPort}`,
          json: [match('==', meta('l4proto'), 'tcp'), { dnat: { addr: endpoints[i], port: targetPort } }],
        },
      ],
    })),
  ];
}
