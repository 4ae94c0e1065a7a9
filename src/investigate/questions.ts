import type { Ip } from '../model/address.ts';
import type { LabelQuery } from '../model/label-query.ts';
import type { Protocol } from '../model/protocol.ts';

/** Why does this Service not work? */
export interface ServiceQuestion {
  readonly namespace: string;
  readonly name: string;
  /** Only this port, by number or name; absent for all. */
  readonly port?: number | string;
  /** Only this client: one of the three; absent for all. */
  readonly from?: {
    /** `namespace/name`. */
    readonly pod?: string;
    readonly node?: string;
    readonly isExternal?: boolean;
  };
}

/** What differs from the promise, over many Services? */
export interface AuditQuestion {
  /** Only this namespace; absent for all. */
  readonly namespace?: string;
  /** Only Services with these labels, and the text the user gave. */
  readonly labels?: { readonly query: LabelQuery; readonly text: string };
}

/** A part of an audit: every `of`-th Service, from number `index` on. */
export interface AuditShare {
  readonly index: number;
  readonly of: number;
}

/** Where does this packet end, and which rules decide? */
export interface TraceQuestion {
  readonly source:
    | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
    | { readonly kind: 'node'; readonly name: string }
    | { readonly kind: 'address'; readonly address: Ip };
  readonly destination:
    | {
        readonly kind: 'service';
        readonly namespace: string;
        readonly name: string;
        /** By number or name; absent where the Service has only one. */
        readonly port?: number | string;
      }
    | { readonly kind: 'address'; readonly address: Ip; readonly port?: number };
  /** Absent: any that a client may have. */
  readonly sourcePort?: number;
  /** Absent: TCP, or what the Service's port says. */
  readonly protocol?: Protocol;
  /** Where a packet from outside arrives. */
  readonly node?: string;
}

/** What should a name answer, and to whom? */
export interface DnsQuestion {
  readonly name: string;
  /** The client's namespace. */
  readonly namespace: string;
  /** `namespace/name` of the client; absent for any pod of the namespace. */
  readonly pod?: string;
}
