import type { Ip } from './address.ts';

/** Where the client stands: a pod on a node, the node itself, or outside with its packets arriving at a node. */
export type VantageKind = 'pod' | 'node' | 'external';

/** A client. `node` is the node whose rules its packets meet first. */
export interface Vantage {
  readonly kind: VantageKind;
  readonly node: string;
  /** The client's address, of the frontend's family. */
  readonly address: Ip;
  /** `namespace/name` where the client is a pod that exists; absent for a pod that stands for any pod of the node. */
  readonly pod?: string;
  /** Set where the question names this client: what keeps it out is not by design. */
  readonly isAsked?: true;
}
