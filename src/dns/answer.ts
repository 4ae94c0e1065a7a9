/** The kinds of records that Services have. */
export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'PTR';

/** A record of an answer: addresses as RFC 5952 writes them, names lower case without trailing dot; SRV is `PORT TARGET`. */
export interface DnsRecord {
  readonly type: RecordType;
  readonly data: string;
}

/** What a name should answer. */
export interface ExpectedAnswer {
  /** `cluster`: the specification says what; `upstream`: a server outside the cluster decides, and the rest says nothing. */
  readonly by: 'cluster' | 'upstream';
  /** NXDOMAIN: no such name. A name that exists without a record of this type is NOERROR without records. */
  readonly rcode: 'NOERROR' | 'NXDOMAIN';
  /** Sorted; for a CNAME that leads out of the cluster only the CNAME. */
  readonly records: readonly DnsRecord[];
  /** Where it comes from, in words: `ClusterIP of Service shop/web`. */
  readonly because: string;
}
