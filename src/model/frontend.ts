import type { Ip } from './address.ts';
import type { Protocol } from './protocol.ts';

/** How a Service port can be reached. */
export type FrontendKind = 'clusterIP' | 'nodePort' | 'externalIP' | 'loadBalancerIP';

/** An address, port and protocol under which a Service port can be reached. */
export interface Frontend {
  readonly kind: FrontendKind;
  /** `namespace/name` of the Service. */
  readonly service: string;
  /** The Service port's name; `''` where it has none. */
  readonly portName: string;
  readonly address: Ip;
  readonly port: number;
  readonly protocol: Protocol;
  /** For `nodePort`: the node that owns `address`. */
  readonly node?: string;
}

/** An address and port behind a Service. */
export interface Endpoint {
  readonly address: Ip;
  readonly port: number;
  /** The node it runs on; absent where the slice does not say. */
  readonly node?: string;
  /** `namespace/name` of the pod behind it; absent where it is not a pod. */
  readonly pod?: string;
}
