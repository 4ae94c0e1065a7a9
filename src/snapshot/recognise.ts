import { podOfLog, withoutLogHead } from './pod-of-log.ts';
import type { SourceKind } from './snapshot.ts';

/** What a file's content and path say that it is. */
export interface Recognised {
  readonly kind: SourceKind;
  /** The folder under `nodes/`. */
  readonly node?: string;
  /** `namespace/name` of a log or a resolv.conf, from its path or its first line. */
  readonly pod?: string;
}

/** Recognition looks at no more than the head of a file. */
const HEAD_BYTES = 16_384;

/** Where a capture keeps what a pod asks for names. */
const RESOLV_CONF_OF_POD = /(?:^|\/)pods\/([^/_]+)_([^/]+?)[./]resolv\.conf$/;

const decoder = new TextDecoder();

/** Tells what a file is: by its content; the path only where contents look alike (logs, notes). */
export function recogniseSource(path: string, bytes: Uint8Array): Recognised {
  const node = /(?:^|\/)nodes\/([^/]+)\//.exec(path)?.[1];
  const head = decoder
    .decode(bytes.subarray(0, HEAD_BYTES))
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n');
  const [, namespace, name] = RESOLV_CONF_OF_POD.exec(path) ?? [];
  const pod = name === undefined ? podOfLog(path, head) : `${namespace}/${name}`;
  const content = kindOf(path, withoutLogHead(head), pod);
  const kind = isOfNoKernel(path) && !OF_NO_KERNEL.has(content) ? 'note' : content;
  return {
    kind,
    ...(node === undefined ? {} : { node }),
    ...(pod === undefined ? {} : { pod }),
  };
}

/**
 * Whether `path` is not of what the node's kernel does now: its configuration (`/etc/nftables.conf`, `/etc/sysctl.d`), or what sos ran in the network namespace of a
 * pod. *Source:* sosreport/sos sos/report/plugins/networking.py, firewall_tables.py.
 */
function isOfNoKernel(path: string): boolean {
  return /(?:^|\/)(?:etc|usr)\/|(?:^|\/)ip_netns_exec_[^/]*$/.test(path);
}

/** What is none of a kernel's state. */
const OF_NO_KERNEL: ReadonlySet<SourceKind> = new Set([
  'kubernetes',
  'resolv-conf',
  'corefile',
  'cni-config',
  'kubelet-config',
  'kube-proxy-config',
  'empty',
  'unknown',
]);

function kindOf(path: string, head: string, pod: string | undefined): SourceKind {
  const text = head.trimStart();
  if (text === '') return 'empty';
  if (isBinary(text)) return 'unknown';
  if (text.startsWith('#!')) return 'note';
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  // Earlier captures kept them among the notes.
  if (CONNTRACK_COUNTERS.test(text)) return 'conntrack-counters';
  if (/(?:^|\/)nodes\/[^/]+\/notes\//.test(path)) return 'note';
  if (/\.(md|markdown)$/.test(name) || /^(readme|license|notice|changelog)/.test(name)) return 'note';
  if (RESOLV_CONF_OF_POD.test(path)) return 'resolv-conf';
  if (pod !== undefined || /(?:^|\/)pods\/[^/]+\.(log|txt)$/.test(path))
    return /previous[^/]*$/.test(name) ? 'note' : logKind(pod ?? path, text);
  if (/^(\{|\[\s*[{\]"])/.test(text)) return jsonKind(name, text);
  // Objects hold other kinds of text inside, so their own first line decides.
  if (OBJECT_HEAD.test(text)) return configKind(text) ?? 'kubernetes';
  for (const [kind, pattern] of TEXT_KINDS) if (pattern.test(text)) return kind;
  return isYamlObject(text) ? 'kubernetes' : 'unknown';
}

const CONNTRACK_COUNTERS = /^cpu=\d+\s+\w+=\d+ /;

/** The first line of an API object in YAML. */
const OBJECT_HEAD = /^(?:---.*\n|#.*\n|\n)*apiVersion: \S/;

function configKind(text: string): SourceKind | undefined {
  const kind = /^kind: (KubeProxy|Kubelet)Configuration\s*$/m.exec(text)?.[1];
  return kind === undefined ? undefined : kind === 'Kubelet' ? 'kubelet-config' : 'kube-proxy-config';
}

/** What the log of `pod` is: other programs of Kubernetes write lines as kube-proxy does. */
function logKind(pod: string, text: string): SourceKind {
  if (/coredns|kube-dns/.test(pod)) return 'coredns-log';
  return /kube-proxy/.test(pod) && KUBE_PROXY_LOG.test(text) ? 'kube-proxy-log' : 'pod-log';
}

const KUBE_PROXY_LOG =
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ (server|run|proxier|flags|config|iptables|ipvs|shared_informer|reflector|proxy|conntrack|node|topology|conf)\w*\.go:\d+\]/m;

/** Control characters other than white space do not stand in text. */
function isBinary(text: string): boolean {
  return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text);
}

function jsonKind(name: string, text: string): SourceKind {
  if (/^\{\s*"nftables"\s*:/.test(text)) return 'nft-json';
  if (/^\{\s*"schema"\s*:\s*"plumb\/dns-answers\//.test(text)) return 'dns-answers';
  if (/^\{\s*"schema"\s*:\s*"plumb\/probes\//.test(text)) return 'probe-results';
  if (/"kubeproxy\.config\.k8s\.io"\s*:/.test(text)) return 'kube-proxy-configz';
  if (/^\{\s*"kubeletconfig"\s*:/.test(text)) return 'kubelet-config';
  if (/^\{\s*"lastUpdated"/.test(text)) return 'kube-proxy-healthz';
  if (/"cniVersion"\s*:/.test(text) && /"(type|plugins)"\s*:/.test(text)) return 'cni-config';
  if (text.startsWith('[')) {
    if (/"(ifindex|ifname)"\s*:/.test(text))
      return isBridgeLink(text) ? 'bridge-link' : /"addr_info"\s*:/.test(text) ? 'ip-addr' : 'ip-link';
    if (/"priority"\s*:/.test(text) && /"(src|table|fwmark)"\s*:/.test(text)) return 'ip-rule';
    if (/"dst"\s*:/.test(text)) return /"(lladdr|state)"\s*:/.test(text) ? 'ip-neigh' : 'ip-route';
    if (/^\[\s*\{\s*\}?\s*\]?$/.test(text) || /^\[\s*\]/.test(text)) return emptyJsonKind(name);
  }
  return /"(kind|items|apiVersion)"\s*:/.test(text) ? 'kubernetes' : 'unknown';
}

function isBridgeLink(text: string): boolean {
  return /"hairpin"\s*:/.test(text) && !/"link_type"\s*:/.test(text);
}

/** An empty JSON list says nothing but its name. */
function emptyJsonKind(name: string): SourceKind {
  const kinds = ['ip-rule', 'ip-route', 'ip-neigh', 'ip-addr', 'ip-link', 'bridge-link'] as const;
  return kinds.find((kind) => name.includes(kind)) ?? 'empty';
}

/** First match wins, so the more telling stand first. */
const TEXT_KINDS: readonly (readonly [SourceKind, RegExp])[] = [
  ['kube-proxy-mode', /^(iptables|ipvs|nftables)\s*$/],
  ['node-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)\s*$/],
  [
    'kube-proxy-healthz',
    /^HTTP\/\d(\.\d)? \d{3}[\s\S]*"lastUpdated"|^(ok|healthz check (passed|failed))\s*$/,
  ],
  ['kube-proxy-metrics', /^(# (HELP|TYPE) )?kubeproxy_|^# HELP [a-z_:]+ [\s\S]*\n# TYPE /],
  ['iptables-save', /^(# Generated by (ip6?tables|xtables)|\*(nat|filter|mangle|raw|security)\s*$)/m],
  ['iptables-list', /^Chain \S+ \((policy \w+|\d+ references)/m],
  ['ipvsadm-save', /^-A (-[tuf]|--(tcp|udp|sctp|fwmark)-service) /],
  ['iptables-list-rules', /^-(P \S+ (ACCEPT|DROP)|[NA] [A-Z]\S*)( |$)/m],
  ['nft-text', /^(add |create )?(table|flush ruleset)\b|^# nft list ruleset: no table$/m],
  ['proc-ip-vs', /^IP Virtual Server version[\s\S]*\n(TCP|UDP|SCTP|FWM)\s+[0-9A-F]{8}\b/],
  // `--stats`, `--rate` and `--thresholds` count, and name neither schedulers nor weights.
  ['note', /^IP Virtual Server version.*\nProt LocalAddress:Port +(?!Scheduler)\w/],
  ['ipvsadm-list', /^IP Virtual Server version/],
  ['ipset-save', /^create \S+ (hash|bitmap|list):/m],
  ['ipset-list', /^Name: \S+\nType: /m],
  ['bridge-fdb', /^([0-9a-f]{2}:){5}[0-9a-f]{2} dev \S+ /im],
  ['hairpin-mode', /^(\S*\/)?\S+\/brport\/hairpin_mode[:=\s]/m],
  [
    'bridge-link',
    /^\d+: \S+.* master \S+ .*state (forwarding|disabled|blocking|learning|listening)|^\s+hairpin (on|off) /m,
  ],
  ['ip-addr', /^\d+: \S+: <[^>]*>[\s\S]*\n\s+inet6? /],
  ['ip-link', /^\d+: \S+: <[^>]*>/],
  ['ip-rule', /^\d+:\s+(not )?from /m],
  [
    'conntrack',
    /^# conntrack -L \| grep |^(ipv[46]\s+\d+\s+)?(tcp|udp|sctp|icmp|icmpv6|gre|dccp|unknown)\s+\d+ .*src=\S+ dst=/m,
  ],
  ['neighbour-counters', /^entries\s+allocs\s+destroys\s/],
  [
    'sockets',
    /^(Netid\s+State|State\s+Recv-Q|Proto Recv-Q|Active Internet connections|((tcp|udp)\s+)?(LISTEN|UNCONN|ESTAB)\s+\d+\s+\d+\s+\S+:\S+\s)/,
  ],
  ['sysctl', /^([a-z][\w-]*(\.[\w/@:-]+)+\s?=|\/proc\/sys\/net\/[^:\s]+:)/m],
  ['ip-neigh', /^[0-9a-f.:]+ dev \S+ .*(REACHABLE|STALE|DELAY|PROBE|FAILED|PERMANENT|NOARP|INCOMPLETE)\s*$/m],
  [
    'ip-route',
    /^(default|(local|broadcast|multicast|anycast|unicast|blackhole|unreachable|prohibit|throw) \S+|[0-9a-f.:]+(\/\d+)?) ?.*\b(dev|via|table|metric|proto|nexthop)\b/m,
  ],
  ['resolv-conf', /^\s*(nameserver|search|domain|options) \S+/m],
  [
    'corefile',
    /^\s*(\.|[\w.-]+)(:\d+)?( [\w.:/-]+)* \{\s*\n\s+(errors|health|ready|kubernetes|forward|cache|log|hosts|rewrite|template)\b/m,
  ],
  ['kube-proxy-config', /^kind: KubeProxyConfiguration\s*$/m],
  ['kubelet-config', /^kind: KubeletConfiguration\s*$/m],
  ['kube-proxy-log', KUBE_PROXY_LOG],
  ['coredns-log', /^(\.:53|\[(INFO|WARNING|ERROR)\] plugin\/|CoreDNS-\d)/m],
];

function isYamlObject(text: string): boolean {
  return (
    /^(---\s*\n)?(#.*\n)*(apiVersion|kind|metadata|items|spec):/m.test(text) &&
    /^\s*-?\s*kind: [A-Z]\w+/m.test(text)
  );
}
