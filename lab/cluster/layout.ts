/** How a lab is made: kube-proxy's mode, how many nodes, of which IP families it is, and which kube-proxy. */
export interface LabShape {
  readonly mode: ProxyMode;
  readonly nodes: number;
  readonly family: LabFamily;
  readonly olderKubeProxy: boolean;
}

/** kube-proxy's modes on Linux. */
export type ProxyMode = 'iptables' | 'nftables' | 'ipvs';

/** One family alone, or both with IPv4 first. */
export type LabFamily = 'ipv4' | 'ipv6' | 'dual';

/** One node: its name (also its network namespace), and its addresses on the wire and pod ranges, one of each family that the lab has. */
export interface LabNode {
  readonly name: string;
  readonly zone: string;
  /** Of the first family, as `podCidr` and `gateway`. */
  readonly address: string;
  readonly podCidr: string;
  /** The node's own address in its pod range. */
  readonly gateway: string;
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
}

/** Addresses of one family, and the words by which tools of a node are told that it is meant. */
export interface Layout {
  readonly controlPlane: string;
  readonly bridge: string;
  readonly outside: string;
  readonly loadBalancer: string;
  /** An address on the wire that nobody has. */
  readonly nobody: string;
  /** The range of the wire. */
  readonly wire: string;
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  readonly dns: string;
  /** Ranges that this lab has no address of. */
  readonly elsewhere: string;
  readonly otherClusterCidr: string;
  readonly multicast: string;
  readonly loopback: string;
  readonly any: string;
  readonly ip: 'ip' | 'ip -6';
  readonly iptables: 'iptables' | 'ip6tables';
  /** The family of nftables. */
  readonly nft: 'ip' | 'ip6';
}

const ipv4: Layout = {
  controlPlane: '192.168.90.1',
  bridge: '192.168.90.254',
  outside: '192.168.90.50',
  loadBalancer: '192.168.90.200',
  nobody: '192.168.90.99',
  wire: '192.168.90.0/24',
  clusterCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  dns: '10.96.0.10',
  elsewhere: '203.0.113.0/24',
  otherClusterCidr: '10.245.0.0/16',
  multicast: '224.0.0.0/4',
  loopback: '127.0.0.0/8',
  any: '0.0.0.0',
  ip: 'ip',
  iptables: 'iptables',
  nft: 'ip',
};

const ipv6: Layout = {
  controlPlane: 'fd00:90::1',
  bridge: 'fd00:90::fe',
  outside: 'fd00:90::50',
  loadBalancer: 'fd00:90:1::200',
  nobody: 'fd00:90::99',
  wire: 'fd00:90::/64',
  clusterCidr: 'fd00:10:244::/56',
  serviceCidr: 'fd00:10:96::/112',
  dns: 'fd00:10:96::a',
  elsewhere: '2001:db8:113::/64',
  otherClusterCidr: 'fd00:10:245::/56',
  multicast: 'ff00::/8',
  loopback: '::1/128',
  any: '::',
  ip: 'ip -6',
  iptables: 'ip6tables',
  nft: 'ip6',
};

/** The families of a lab, the first one first. */
export function layoutsOf({ family }: Pick<LabShape, 'family'>): readonly [Layout, ...Layout[]] {
  if (family === 'dual') return [ipv4, ipv6];
  return [family === 'ipv6' ? ipv6 : ipv4];
}

/** The API server as the lab itself reaches it, whatever the families of the cluster. */
export const managementAddress: string = ipv4.controlPlane;
/** The bridge's address beside it. */
export const managementBridge: string = ipv4.bridge;

/** The API server at an address. */
export function apiAt(address: string): string {
  return `https://${hostPort(address, 6443)}`;
}

/** An address of either family with a port. */
export function hostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** An address of a node's pod range, by its last number (decimal or, in IPv6, hexadecimal). */
export function inPodRange({ gateway }: LabNode, host: number): string {
  return gateway.replace(/1$/u, String(host));
}

/** The nodes of a lab: node-a, node-b, … */
export function labNodes(shape: Pick<LabShape, 'family' | 'nodes'>): LabNode[] {
  const layouts = layoutsOf(shape);
  return Array.from({ length: shape.nodes }, (_, i) => {
    const letter = String.fromCharCode(97 + i);
    const addresses = layouts.map((l) => (l === ipv4 ? `192.168.90.${11 + i}` : `fd00:90::${11 + i}`));
    const prefixes = layouts.map((l) => (l === ipv4 ? `10.244.${i + 1}.` : `fd00:10:244:${i + 1}::`));
    const podCidrs = prefixes.map((p) => (p.includes(':') ? `${p}/64` : `${p}0/24`));
    return {
      name: `node-${letter}`,
      zone: `z${letter}`,
      address: addresses[0] ?? '',
      podCidr: podCidrs[0] ?? '',
      gateway: `${prefixes[0]}1`,
      addresses,
      podCidrs,
    };
  });
}
