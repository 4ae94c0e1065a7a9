/** CNI configuration (never its kubeconfigs) and the node's resolver. */
export const configurationScript: string = `
: >"$work/stderr"
for config in /etc/cni/net.d/*.conf /etc/cni/net.d/*.conflist /etc/cni/net.d/*.json; do
  [ -f "$config" ] || continue
  cp "$config" "$files/cni/\${config##*/}" && keep "cni/\${config##*/}" 0 "cat $config"
done
rmdir "$files/cni" 2>/dev/null
if [ -r /etc/resolv.conf ]; then cat /etc/resolv.conf >"$files/resolv.conf" && keep resolv.conf 0 'cat /etc/resolv.conf'; fi
`;
