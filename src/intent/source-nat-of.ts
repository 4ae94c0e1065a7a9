import type { Endpoint, Frontend } from '../model/frontend.ts';
import type { Vantage } from '../model/vantage.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import type { SourceExpectation } from './expectation.ts';
import type { Locality } from './local-traffic.ts';
import { type ProxyFacts, isAssumed } from './proxy-facts.ts';

/** Who sends, as the node that answers for the frontend sees it. */
export type Sender = 'pod' | 'node-itself' | 'outside';

/** What decides about the source of a packet to one endpoint. */
export interface SourceCase {
  readonly frontend: Frontend;
  readonly vantage: Vantage;
  readonly service: Service;
  readonly facts: ProxyFacts;
  readonly node: string;
  readonly locality: Locality;
  readonly sender: Sender;
}

/** Where packets of a case go. */
export interface SourceTarget {
  readonly endpoint: Endpoint;
  /** Whether the endpoint is the answering node itself. */
  readonly isNodeItself: boolean;
  /** Whether the endpoint is no pod with an address of its own. */
  readonly isBeyondPods: boolean;
}

/**
 * What must happen to the source. Replaced: a client that is its own endpoint, whatever is not of the cluster on its way to a
 * ClusterIP, external traffic with policy Cluster. Kept: pods to ClusterIPs, external traffic with policy Local.
 * *Source:* `syncProxyRules` of kubernetes v1.37 pkg/proxy/{iptables,ipvs,nftables}/proxier.go.
 */
export function sourceNatOf(found: SourceCase, target: SourceTarget): SourceExpectation {
  const { frontend, vantage, service, facts, node, sender } = found;
  const { endpoint, isNodeItself } = target;
  if (endpoint.address === vantage.address && sender === 'pod') {
    // From 1.36 nftables mode knows hairpins of endpoints that the slices place on the node.
    const isKnown = facts.mode === 'iptables' || endpoint.node === node;
    return isKnown ? 'masquerade' : 'either';
  }
  // What a node takes in itself passes no postrouting, where sources are replaced; its replies find back without.
  if (isNodeItself && sender !== 'node-itself') return 'either';
  // The packet may have got its node's address on the way; the answering node cannot tell.
  if (sender === 'pod' && vantage.node !== node) return 'either';
  if (frontend.kind === 'clusterIP') return internalSource(found, target);
  if (service.spec.externalTrafficPolicy !== 'Local') return 'masquerade';
  if (sender === 'node-itself') return facts.mode === 'ipvs' ? 'either' : 'masquerade';
  return endpoint.address === vantage.address ? 'either' : 'keep';
}

function internalSource(
  { facts, locality, sender }: SourceCase,
  { isBeyondPods }: SourceTarget,
): SourceExpectation {
  if (facts.config.masqueradeAll) return 'masquerade';
  if (isAssumed(facts.config, 'masqueradeAll') && isAssumed(facts.config, 'clusterCidrs')) return 'either';
  // What leaves the pods' network is mostly masqueraded by the CNI, whatever kube-proxy does.
  if (isBeyondPods && sender === 'pod' && locality !== 'not-local') return 'either';
  if (locality === 'local') return 'keep';
  if (locality === 'not-local') return 'masquerade';
  return locality === 'not-told' && sender === 'pod' ? 'keep' : 'either';
}
