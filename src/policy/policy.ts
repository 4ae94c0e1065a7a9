import type { Ip } from '../model/address.ts';
import type { LabelSelector } from '../model/label-selector.ts';

/** Packets into the selected pods, or out of them. */
export type PolicyDirection = 'ingress' | 'egress';

/** What a NetworkPolicy says, as far as it decides; an API object is one. */
export interface Policy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: PolicySpec;
}

/** The spec of a NetworkPolicy. *Source:* kubernetes v1.37 `api/networking/v1/types.go`. */
export interface PolicySpec {
  readonly podSelector?: LabelSelector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly {
    readonly from?: readonly PolicyPeer[];
    readonly ports?: readonly PolicyPort[];
  }[];
  readonly egress?: readonly {
    readonly to?: readonly PolicyPeer[];
    readonly ports?: readonly PolicyPort[];
  }[];
}

/** Who may be at the other end. */
export interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

/** On which port of the pod that is reached, by number or by the name that the pod declares. */
export interface PolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A pod as policies see it. */
export interface PolicyPod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined: the namespace was not read. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
  /** Ports that the pod declares by name. */
  readonly namedPorts: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

/** An end of a connection: a pod with an address of its own, or an address that is no such pod. */
export interface PolicyParty {
  readonly pod?: PolicyPod;
  /** All addresses under which the other end may see it. */
  readonly addresses: readonly Ip[];
}

/** A connection as policies see it: after translation, on the port of the pod. */
export interface PolicyConnection {
  readonly client: PolicyParty;
  readonly server: PolicyParty;
  readonly port: number;
  /** `TCP`, `UDP` or `SCTP`. */
  readonly protocol: string;
}
