/** How a lab is made: kube-proxy's mode, how many nodes, and which kube-proxy. */
export interface LabShape {
  readonly mode: ProxyMode;
  readonly nodes: number;
  readonly family: 'ipv4' | 'dual';
  readonly olderKubeProxy: boolean;
}

/** kube-proxy's modes on Linux. */
export type ProxyMode = 'iptables' | 'nftables' | 'ipvs';

/** One node: its name (also its network namespace), address on the wire, and pod ranges. */
export interface LabNode {
  readonly name: string;
  readonly address: string;
  readonly podCidr: string;
  readonly gateway: string;
  readonly zone: string;
  readonly address6: string;
  readonly podCidr6: string;
}

/** Addresses that do not depend on the shape. */
export const layout = {
  controlPlane: '192.168.90.1',
  controlPlane6: 'fd00:90::1',
  outside: '192.168.90.50',
  loadBalancer: '192.168.90.200',
  clusterCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  dns: '10.96.0.10',
  clusterCidr6: 'fd00:10:244::/56',
  serviceCidr6: 'fd00:10:96::/112',
  api: 'https://192.168.90.1:6443',
} as const;

/** The nodes of a lab: node-a, node-b, … */
export function labNodes(count: number): LabNode[] {
  return Array.from({ length: count }, (_, i) => {
    const letter = String.fromCharCode(97 + i);
    return {
      name: `node-${letter}`,
      address: `192.168.90.${11 + i}`,
      podCidr: `10.244.${i + 1}.0/24`,
      gateway: `10.244.${i + 1}.1`,
      zone: `z${letter}`,
      address6: `fd00:90::${11 + i}`,
      podCidr6: `fd00:10:244:${i + 1}::/64`,
    };
  });
}
