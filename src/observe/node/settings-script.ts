/**
 * Shell that prints the kernel settings that packets depend on, file and value a line: one `grep` for all, as an image may have little else, and a process for
 * each takes longer than all other readings. *Source:* kernel Documentation/networking/ip-sysctl.rst, nf_conntrack-sysctl.rst.
 */
export const settingsScript = `n=/proc/sys/net; grep -s . $n/bridge/* $n/netfilter/nf_conntrack_* $n/ipv4/ip_forward $n/ipv4/ip_local_port_range $n/ipv4/vs/* \\
  $n/ipv4/conf/*/rp_filter $n/ipv4/conf/*/forwarding $n/ipv4/conf/*/route_localnet $n/ipv4/conf/*/src_valid_mark \\
  $n/ipv4/conf/*/arp_ignore $n/ipv4/neigh/default/gc_thresh3 $n/ipv6/neigh/default/gc_thresh3 $n/ipv6/conf/*/forwarding /dev/null`;
