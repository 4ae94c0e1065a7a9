import { type Ip, parseIp } from '../../src/model/address.ts';
import { cidrContains, parseCidr } from '../../src/model/cidr.ts';
import type { Network, NodeState } from '../../src/dataplane/node-state.ts';
import type { Link, Route } from '../../src/dataplane/routes/routes.ts';
import type { Table } from '../../src/dataplane/ruleset/ruleset.ts';

/** What `meta.kubeProxyConfig` of an upstream case says of the node. */
export interface KubeProxyConfig {
  readonly nodeName: string;
  readonly nodeIP: string;
  readonly nodeIPs?: readonly string[];
}

/** The node that upstream's conventions describe: a route to everything, forwarding on, every pod behind one interface. */
export function caseNetwork(config: KubeProxyConfig, tables: readonly Table[]): Network {
  const name = config.nodeName;
  const addresses = [...new Set([config.nodeIP, ...(config.nodeIPs ?? [])])];
  const links: Link[] = [link(1, 'lo', ['127.0.0.1']), link(2, 'eth0', addresses), link(3, 'pods0', [])];
  const node: NodeState = {
    name,
    tables,
    hasRules: { ip: true, ip6: true },
    ipsets: new Map(),
    ipvs: [],
    links,
    routes: [
      route('0.0.0.0/0', 'eth0', '192.168.0.1'),
      route('192.168.0.0/24', 'eth0'),
      route('10.0.0.0/8', 'pods0'),
    ],
    sysctls: new Map([
      ['net.ipv4.ip_forward', '1'],
      ['net.ipv4.conf.all.route_localnet', '1'],
    ]),
  };
  const pods = parseCidr('10.0.0.0/8');
  const services = parseCidr('172.30.0.0/16');
  return {
    nodes: new Map([[name, node]]),
    placeOf(address: Ip) {
      if (addresses.some((own) => parseIp(own) === address)) return { node: name, isHostNetwork: true };
      if (pods !== undefined && cidrContains(pods, address))
        return { node: name, pod: 'ns/pod', isHostNetwork: false };
      return undefined;
    },
    isClusterAddress: (address) => services !== undefined && cidrContains(services, address),
  };
}

function link(index: number, name: string, addresses: readonly string[]): Link {
  return {
    index,
    name,
    kind: name === 'pods0' ? 'veth' : 'dummy',
    isUp: true,
    isLoopback: name === 'lo',
    isPromiscuous: false,
    addresses: addresses.flatMap((text) => {
      const address = parseIp(text);
      if (address === undefined) return [];
      return [{ address, prefix: typeof address === 'number' ? 24 : 64, scope: name === 'lo' ? 'host' : 'global' }];
    }),
  };
}

function route(destination: string, device: string, via?: string): Route {
  const cidr = parseCidr(destination);
  const gateway = via === undefined ? undefined : parseIp(via);
  if (cidr === undefined) throw new Error(`no prefix: ${destination}`);
  return {
    destination: cidr,
    type: 'unicast',
    table: 'main',
    device,
    metric: 0,
    line: 0,
    ...(gateway === undefined ? {} : { via: gateway }),
  };
}
