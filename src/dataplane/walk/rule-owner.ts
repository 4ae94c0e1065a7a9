/** Who writes chains or tables whose name looks so. The first line that fits wins. */
const OWNERS: readonly (readonly [owner: string, chain: RegExp | undefined, table: RegExp | undefined])[] = [
  ['kube-router', /^KUBE-(ROUTER|NWPLCY|POD-FW)/, undefined],
  ['kubelet', /^KUBE-(FIREWALL|MARK-DROP|KUBELET-CANARY|IPTABLES-HINT)$/, undefined],
  ['kube-proxy', /^KUBE-/, undefined],
  ['kube-proxy', undefined, /^kube-proxy$/],
  ['kubelet', undefined, /^kubelet$/],
  ['Calico', /^(cali-|felix-)/, undefined],
  ['Calico', undefined, /^calico$/],
  ['Cilium', /^(OLD_)?CILIUM_/, undefined],
  ['Azure NPM', /^AZURE-NPM/, undefined],
  ['flannel', /^FLANNEL-/, undefined],
  ['flannel', undefined, /^flannel-ipv[46]$/],
  ['Weave Net', /^WEAVE/, undefined],
  ['Istio', /^(ISTIO_|istio-)/, undefined],
  ['Istio', undefined, /^istio-/],
  ['Linkerd', /^PROXY_INIT_/, undefined],
  ['CNI portmap', /^(CNI-HOSTPORT|CNI-DN-|CNI-SN-)/, undefined],
  ['CNI portmap', undefined, /^cni_hostport$/],
  ['CNI bridge', /^CNI-/, undefined],
  ['kindnet', /^KIND-/, undefined],
  ['kindnet', undefined, /^(kindnet|kube-network-policies)/],
  ['AWS VPC CNI', /^AWS-(SNAT|CONNMARK)-CHAIN/, undefined],
  ['AWS VPC CNI', undefined, /^aws-cni$/],
  ['Antrea', /^ANTREA-/, undefined],
  ['OVN-Kubernetes', /^OVN-KUBE-/, undefined],
  ['Kube-OVN', /^OVN-/, undefined],
  ['OpenShift SDN', /^OPENSHIFT-/, undefined],
  ['ip-masq-agent', /^IP-MASQ/, undefined],
  ['Azure CNI', /^SWIFT/, undefined],
  ['Submariner', /^SUBMARINER-/, undefined],
  ['Talos', undefined, /^talos/],
  ['OVN-Kubernetes', undefined, /^ovn-kubernetes$/],
  ['Docker', /^(DOCKER|DOCKER-.*|docker_.*)$/, undefined],
  ['Docker', undefined, /^docker-bridges$/],
  ['Podman', /^NETAVARK/, undefined],
  ['Podman', undefined, /^netavark$/],
  [
    'firewalld',
    /(_ZONES(_SOURCE)?$|_direct$|^(IN|FWDI|FWDO|FWD|PRE|POST)_[A-Za-z])|^filter_(INPUT|FORWARD|OUTPUT|IN|FWD)_|^(nat|mangle|raw)_(PREROUTING|POSTROUTING|PRE|POST)_/,
    undefined,
  ],
  ['firewalld', undefined, /^firewalld/],
  ['ufw', /^ufw6?-/, undefined],
  ['CSF', /^(LOCAL(IN|OUT)PUT|LOGDROP(IN|OUT)|G?(ALLOW|DENY)(IN|OUT)|INVDROP)$/, undefined],
  ['NetBird', /^(NETBIRD-|netbird-)/, undefined],
  ['NetBird', undefined, /^netbird/],
  ['Tailscale', /^ts-/, undefined],
  ['Tailscale', undefined, /^tailscale/],
  ['WireGuard', undefined, /^wg-quick-/],
  ['fail2ban', /^f2b-/, undefined],
  ['fail2ban', undefined, /^f2b-table$/],
  ['CrowdSec', /^CROWDSEC/, undefined],
  ['CrowdSec', undefined, /^crowdsec/],
  ['libvirt', /^LIBVIRT_/, undefined],
  ['libvirt', undefined, /^libvirt_network$/],
  ['LXD', undefined, /^(lxd|incus)$/],
  ['SELinux policy', undefined, /^security$/],
];

/**
 * Whose program writes the chain `chain` of table `table`: `kube-proxy`, `Calico`, `firewalld`, …; `unknown` where the names do not
 * tell (a built-in chain, an administrator's rule). NodeLocal DNS and Weave Net write into the built-in chains: give their rule as `rule`.
 */
export function ownerOf(table: string, chain: string, rule?: string): string {
  for (const [owner, chains, tables] of OWNERS) {
    if (chains?.test(chain) === true || tables?.test(table) === true) return owner;
  }
  if (rule === undefined) return 'unknown';
  if (rule.includes('169.254.20.10') || rule.includes('NodeLocal DNS')) return 'NodeLocal DNS';
  if (/(?:-[io]|[io]ifname) "?weave"?(?:\s|$)/.test(rule)) return 'Weave Net';
  // A rule of a built-in chain is the work of whoever owns the chain it jumps to.
  const target = /(?:-[jg]|\bjump|\bgoto)\s+"?([^\s"]+)/.exec(rule)?.[1];
  return target === undefined || target === chain ? 'unknown' : ownerOf(table, target);
}
