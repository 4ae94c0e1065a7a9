/** Where a question or a connection was tried from. */
export interface ObservationPoint {
  /** `machine`: where Plumb runs, through the API server. */
  readonly kind: 'machine' | 'pod' | 'node';
  /** `namespace/name`. */
  readonly pod?: string;
  readonly node?: string;
  /** How: `port-forward`, `exec nslookup`. */
  readonly via: string;
}

/** One question to one DNS server, and what came back. */
export interface DnsObservation {
  readonly from: ObservationPoint;
  /** The address asked, and `namespace/name` of the CoreDNS pod where one was asked directly. */
  readonly server: { readonly address: string; readonly pod?: string };
  readonly protocol: 'udp' | 'tcp';
  /** Lower case, without trailing dot. */
  readonly name: string;
  readonly type: string;
  /** `failed`: nothing can be said of the server, `error` has the reason. */
  readonly outcome: 'answered' | 'timeout' | 'refused' | 'unreachable' | 'failed';
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL` …, where it answered. */
  readonly rcode?: string;
  /** As `DnsRecord`: normalised, sorted; only the records of the type asked, and CNAMEs. */
  readonly records?: readonly { readonly type: string; readonly data: string }[];
  readonly latencyMs?: number;
  readonly error?: string;
}

/** What trying to connect can give. `replied`: bytes came back; `connected`: a TCP connection stood. */
export type ProbeResult = 'connected' | 'replied' | 'refused' | 'timeout' | 'reset' | 'no-route' | 'failed';

/** Connections tried from one place to one address. */
export interface ProbeObservation {
  readonly from: ObservationPoint;
  readonly address: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** Result → how often, in the order tried. */
  readonly results: Partial<Readonly<Record<ProbeResult, number>>>;
  readonly http?: HttpObservation;
  readonly error?: string;
}

/** How often an address was asked by HTTP, and the status of each answer. */
export interface HttpObservation {
  readonly asked: number;
  readonly statuses: readonly number[];
}

/** How a source begins that holds observations of Plumb's own. */
export const observationFormats = { dns: 'plumb/dns-answers/v1', probes: 'plumb/probes/v1' } as const;
