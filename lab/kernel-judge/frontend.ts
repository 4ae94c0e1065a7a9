/** The three ways into the kernel. */
export type Frontend = 'iptables-nft' | 'iptables-legacy' | 'nft';
