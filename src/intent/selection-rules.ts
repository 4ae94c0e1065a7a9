import type { Service } from '../world/kubernetes/objects.ts';
import type { ProxyFacts } from './proxy-facts.ts';

/** What a release of kube-proxy does when it selects endpoints for one Service. */
export interface SelectionRules {
  /** Serving endpoints that terminate stand in where none is ready. */
  readonly fallsBackToTerminating: boolean;
  readonly followsZoneHints: boolean;
  readonly followsNodeHints: boolean;
}

/** What the newest release does. */
export const NEWEST_RULES: SelectionRules = {
  fallsBackToTerminating: true,
  followsZoneHints: true,
  followsNodeHints: true,
};

/**
 * What kube-proxy of `minor` does for `service`. From 1.31 hints alone decide; before, an annotation had to ask for them.
 * *Source:* kubernetes pkg/features/kube_features.go and pkg/proxy/topology.go, v1.24 to v1.37.
 */
export function selectionRulesOf({ minor, config }: ProxyFacts, service: Service): SelectionRules {
  const isOn = (gate: string, since: number): boolean => config.featureGates[gate] ?? minor >= since;
  return {
    fallsBackToTerminating: isOn('ProxyTerminatingEndpoints', 26),
    followsZoneHints:
      isOn('ServiceTrafficDistribution', 31) ||
      (isOn('TopologyAwareHints', 24) && asksForHints(service, minor)),
    followsNodeHints: isOn('PreferSameTrafficDistribution', 34),
  };
}

function asksForHints({ metadata }: Service, minor: number): boolean {
  const older = metadata.annotations?.['service.kubernetes.io/topology-aware-hints'];
  if (minor < 27) return older === 'Auto' || older === 'auto';
  const mode = older ?? metadata.annotations?.['service.kubernetes.io/topology-mode'];
  return mode !== undefined && mode !== '' && mode !== 'disabled' && mode !== 'Disabled';
}
