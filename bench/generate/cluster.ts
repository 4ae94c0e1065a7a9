import { randomFrom } from './random.ts';

/** How large a cluster to make. */
export interface ClusterSize {
  readonly services: number;
  readonly endpointsPerService: number;
  readonly seed: number;
}

/** A Service with one TCP port, and its ready endpoints (`a.b.c.d`, in byte order of `ip:port`). */
export interface BenchService {
  readonly namespace: string;
  readonly name: string;
  readonly clusterIp: string;
  readonly port: number;
  readonly targetPort: number;
  readonly nodePort?: number;
  readonly loadBalancerIp?: string;
  readonly hasAffinity: boolean;
  readonly endpoints: readonly string[];
}

/** A cluster of IPv4 Services: ClusterIPs in 10.96.0.0/12, pods in 10.128.0.0/9. */
export interface BenchCluster {
  readonly size: ClusterSize;
  readonly services: readonly BenchService[];
}

/** The pods' prefix. */
export const POD_CIDR = '10.128.0.0/9';
const FIRST_POD_NETWORK = 0x0a800000;
const PODS_PER_NODE = 100;
const NODE_NETWORK = 128;

/**
 * A cluster made by chance from `size.seed`: one Service in ten has a NodePort, one in fifty a load-balancer address,
 * one in a hundred no endpoint, one in a hundred ClientIP affinity.
 */
export function makeCluster(size: ClusterSize): BenchCluster {
  const random = randomFrom(size.seed);
  let pods = 0;
  const services = Array.from({ length: size.services }, (_, index): BenchService => {
    const targetPort = 1024 + Math.floor(random() * 60_000);
    const count = random() < 0.01 ? 0 : size.endpointsPerService;
    const endpoints = Array.from({ length: count }, () => dotted(podAddress(pods++))).sort((a, b) =>
      `${a}:${targetPort}` < `${b}:${targetPort}` ? -1 : 1,
    );
    const isBalanced = random() < 0.02;
    const hasNodePort = isBalanced || random() < 0.1;
    return {
      namespace: `team-${index % 97}`,
      name: `service-${index}`,
      clusterIp: dotted(0x0a600000 + 10 + index),
      port: random() < 0.5 ? 80 : 443,
      targetPort,
      // More Services than NodePorts: beyond the range they simply have none.
      ...(hasNodePort && index < 32_000 ? { nodePort: 30_000 + index } : {}),
      ...(isBalanced ? { loadBalancerIp: dotted(0xc6120000 + 10 + index) } : {}),
      hasAffinity: random() < 0.01,
      endpoints,
    };
  });
  return { size, services };
}

/** The number of the node where the pod of `address` runs: each node has a /25. */
export function nodeOfPod(address: string): number {
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return Math.floor((value - FIRST_POD_NETWORK) / NODE_NETWORK);
}

/** The first address, of the bridge, in the pods' network of node `node`. */
export function nodeGateway(node: number): string {
  return dotted(FIRST_POD_NETWORK + node * NODE_NETWORK + 1);
}

/** The pods' network of node `node`, as a prefix. */
export function nodePodCidr(node: number): string {
  return `${dotted(FIRST_POD_NETWORK + node * NODE_NETWORK)}/25`;
}

/** Where node `node` itself is reached. */
export function nodeAddress(node: number): string {
  return dotted(0xac100000 + 10 + node);
}

function podAddress(index: number): number {
  return FIRST_POD_NETWORK + Math.floor(index / PODS_PER_NODE) * NODE_NETWORK + 2 + (index % PODS_PER_NODE);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
