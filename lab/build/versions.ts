/** Versions of everything that the lab builds: pinned, so that a recording can be made again. */
export const versions = {
  kubernetes: '1.37.2',
  /** The older nftables layout (per-endpoint chains reached by a vmap) is written up to 1.35. */
  olderKubeProxy: '1.34.4',
  etcd: '3.7.3',
  containerd: '2.1.4',
  coredns: '1.14.2',
} as const;
