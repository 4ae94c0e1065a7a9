/**
 * Shell that prints the kernel settings that packets depend on, as `sysctl -a` does; where that tool is missing, from
 * /proc/sys. The node's secret for stable addresses is left out. *Source:* sysctl(8): dots and slashes change places in names.
 */
export const settingsScript = `if command -v sysctl >/dev/null 2>&1; then
  sysctl -a 2>/dev/null | grep -E '^net\\.(bridge|netfilter|ipv4\\.(ip_forward|ip_local_port_range|vs|tcp_|conf)|ipv6\\.conf)' | grep -v stable_secret
else
  for path in /proc/sys/net/bridge/* /proc/sys/net/netfilter/nf_conntrack_* /proc/sys/net/ipv4/ip_forward \\
    /proc/sys/net/ipv4/vs/* /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/forwarding \\
    /proc/sys/net/ipv4/conf/*/route_localnet /proc/sys/net/ipv4/conf/*/src_valid_mark \\
    /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv6/conf/*/forwarding; do
    value=$(cat "$path" 2>/dev/null) || continue
    printf '%s = %s\\n' "$(printf '%s' "\${path#/proc/sys/}" | tr './' '/.')" "$value"
  done
fi`;
