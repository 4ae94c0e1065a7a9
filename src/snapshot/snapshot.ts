import type { Gap } from '../model/evidence.ts';

/** What a source holds, recognised by its content. */
export type SourceKind =
  | 'kubernetes'
  | 'iptables-save'
  | 'iptables-list-rules'
  | 'iptables-list'
  | 'nft-text'
  | 'nft-json'
  | 'ipvsadm-list'
  | 'ipvsadm-save'
  | 'proc-ip-vs'
  | 'ipset-save'
  | 'ipset-list'
  | 'ip-addr'
  | 'ip-route'
  | 'ip-rule'
  | 'ip-link'
  | 'ip-neigh'
  | 'bridge-link'
  | 'bridge-fdb'
  | 'hairpin-mode'
  | 'sysctl'
  | 'conntrack'
  | 'conntrack-counters'
  | 'neighbour-counters'
  | 'sockets'
  | 'kube-proxy-log'
  | 'kube-proxy-metrics'
  | 'kube-proxy-configz'
  | 'kube-proxy-mode'
  | 'kube-proxy-healthz'
  | 'kube-proxy-config'
  | 'kubelet-config'
  | 'corefile'
  | 'resolv-conf'
  | 'cni-config'
  | 'coredns-log'
  | 'pod-log'
  | 'node-time'
  | 'dns-answers'
  | 'probe-results'
  | 'note'
  | 'empty'
  | 'unknown';

/** One thing that was read, unread by us: a file's or a command's output with where it came from. */
export interface Source {
  /** Unique in the snapshot, with `/` between parts: `nodes/node-a/iptables-save.txt`. Evidence names it. */
  readonly path: string;
  readonly kind: SourceKind;
  /** The node it was read on. */
  readonly node?: string;
  /** `namespace/name` of the pod it was read from. */
  readonly pod?: string;
  /** Lists of API objects: the only namespaces that were asked for. Absent: what is listed is the whole cluster's. */
  readonly namespaces?: readonly string[];
  readonly bytes: Uint8Array;
  /** False where the text ends in the middle. */
  readonly isComplete?: boolean;
  readonly command?: string;
  readonly exitCode?: number;
  readonly stderr?: string;
  /** RFC 3339. */
  readonly readAt?: string;
}

/** Everything that was observed, and what was not. Plain data: it can be saved, compared and analysed anywhere. */
export interface Snapshot {
  readonly format: 'plumb-snapshot';
  readonly version: 1;
  /** RFC 3339; undefined where nothing says when. */
  readonly takenAt?: string;
  readonly sources: readonly Source[];
  readonly gaps: readonly Gap[];
}

/** What is known of `source`; its bytes are not asked for, which some sources make anew each time. */
export function aboutOf(source: Source): Omit<Source, 'bytes'> {
  const names = Object.keys(source).filter((name) => name !== 'bytes') as (keyof Omit<Source, 'bytes'>)[];
  return Object.fromEntries(names.map((name) => [name, source[name]])) as Omit<Source, 'bytes'>;
}

const decoder = new TextDecoder();

/** The text of `source`, as UTF-8; invalid bytes become U+FFFD. */
export function textOf(source: Source): string {
  return decoder.decode(source.bytes);
}
