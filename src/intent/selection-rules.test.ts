import { describe, expect, it } from 'vitest';
import { proxyFactsOf } from './proxy-facts.ts';
import { selectionRulesOf } from './selection-rules.ts';
import { sampleService, sampleWorld } from './testing/sample-world.ts';

/** What kube-proxy of `release` does for a Service with these annotations: `terminating zone node`, the ones it does. */
function does(
  release: string,
  annotations: Readonly<Record<string, string>> = {},
  featureGates: Readonly<Record<string, boolean>> = {},
): string {
  const facts = proxyFactsOf(sampleWorld({ release, config: { featureGates } }), 'node-a');
  const service = sampleService({}, { metadata: { name: 'web', namespace: 'shop', annotations } });
  const rules = selectionRulesOf(facts, service);
  return [
    ...(rules.fallsBackToTerminating ? ['terminating'] : []),
    ...(rules.followsZoneHints ? ['zone'] : []),
    ...(rules.followsNodeHints ? ['node'] : []),
  ].join(' ');
}

const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';

describe('selectionRulesOf', () => {
  // Versions and defaults: kubernetes pkg/features/kube_features.go.
  it.each([
    ['1.24', ''],
    ['1.25', ''],
    ['1.26', 'terminating'],
    ['1.28', 'terminating'],
    ['1.29', 'terminating'],
    ['1.30', 'terminating'],
    ['1.31', 'terminating zone'],
    ['1.32', 'terminating zone'],
    ['1.33', 'terminating zone'],
    ['1.34', 'terminating zone node'],
    ['1.35', 'terminating zone node'],
    ['1.36', 'terminating zone node'],
    ['1.37', 'terminating zone node'],
  ])('%s without annotations: %s', (release, expected) => {
    expect(does(release)).toBe(expected);
  });

  // Annotations: kubernetes v1.26 and v1.27 pkg/proxy/topology.go.
  it.each([
    ['1.26', { [HINTS]: 'Auto' }, 'terminating zone'],
    ['1.26', { [HINTS]: 'auto' }, 'terminating zone'],
    ['1.26', { [HINTS]: 'other' }, 'terminating'],
    ['1.26', { [MODE]: 'Auto' }, 'terminating'],
    ['1.28', { [MODE]: 'Auto' }, 'terminating zone'],
    ['1.28', { [MODE]: 'example.com/custom' }, 'terminating zone'],
    ['1.28', { [MODE]: 'Disabled' }, 'terminating'],
    ['1.28', { [HINTS]: 'disabled', [MODE]: 'Auto' }, 'terminating'],
    ['1.31', { [MODE]: 'Disabled' }, 'terminating zone'],
  ])('%s with %o: %s', (release, annotations, expected) => {
    expect(does(release, annotations)).toBe(expected);
  });

  it('obeys the gates of releases in which they can be set', () => {
    expect(does('1.25', {}, { ProxyTerminatingEndpoints: true })).toBe('terminating');
    expect(does('1.30', {}, { ServiceTrafficDistribution: true })).toBe('terminating zone');
    expect(does('1.31', {}, { ServiceTrafficDistribution: false })).toBe('terminating');
    expect(does('1.33', {}, { PreferSameTrafficDistribution: true })).toBe('terminating zone node');
    expect(does('1.34', {}, { PreferSameTrafficDistribution: false })).toBe('terminating zone');
  });
});
