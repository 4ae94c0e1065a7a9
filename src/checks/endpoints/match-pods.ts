import { knowsEndpoints } from '../../intent/knows-endpoints.ts';
import { nameOf, slicesOf } from '../../intent/service-index.ts';
import type { EndpointSlice, Service } from '../../world/kubernetes/objects.ts';
import { expectedSlices, withExpectedSlices } from '../../world/expected-slices.ts';
import { addressesOfPod, hasEnded, matchesAll } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { proxiesFollow } from '../follow-objects.ts';

/** The EndpointSlices are not what the Service and its pods ask for: an address too many, or one too few. */
export const matchPods: Check = defineCheck({
  id: 'endpoints/match-pods',
  asserts: 'the EndpointSlices name the ready pods, no more and no fewer',
  faults: ['E09', 'E11', 'O03', 'S02'],
  needs: ['service', 'pods', 'endpointSlices'],
  *run({ world, subject: { service } }) {
    if (
      !service ||
      Object.keys(service.spec.selector ?? {}).length === 0 ||
      service.spec.type === 'ExternalName'
    )
      return;
    const own = slicesOf(world, service);
    const isKnown = ({ addressType }: EndpointSlice): boolean =>
      (addressType !== 'IPv4' && addressType !== 'IPv6') ||
      knowsEndpoints(world, nameOf(service), addressType);
    const wanted = keysOf(expectedSlices(world, service).filter(isKnown));
    const found = keysOf(own);
    const stale = [...found.keys()].filter((key) => !wanted.has(key) && found.get(key)?.isReady);
    const missing = [...wanted.keys()].filter((key) => wanted.get(key)?.isReady && !found.has(key));
    if (stale.length === 0 && missing.length === 0) return;
    const { namespace, name } = service.metadata;
    const taken = [...found.values()].filter(({ isReady }) => isReady).length;
    const share = stale.length / Math.max(1, taken);
    const slices = [...new Set(stale.flatMap((key) => found.get(key)?.slice ?? []))];
    // What the controller manages is late; what others manage, or nobody, was left behind.
    const isOrphan = slices.some(({ metadata }) => metadata.labels?.[MANAGED_BY] !== CONTROLLER);
    const what = [
      ...(stale.length > 0
        ? [
            `${stale.join(', ')} ${stale.length === 1 ? 'is' : 'are'} in ${slices.map(({ metadata }) => metadata.name).join(', ')} but of no ready pod that is selected${endedText(world, service, stale)}`,
          ]
        : []),
      ...(missing.length > 0
        ? [`${missing.join(', ')} ${missing.length === 1 ? 'is a ready pod' : 'are ready pods'} in no slice`]
        : []),
    ];
    yield {
      severity: stale.length > 0 || found.size === 0 ? 'error' : 'warning',
      subject: `Service ${namespace}/${name}`,
      // Clients of a headless Service are given each of its addresses by DNS.
      ...(service.spec.clusterIP === 'None' && stale.length > 0 ? { share: [share, share] as const } : {}),
      faults: isOrphan ? ['E09', 'S02'] : found.size === 0 ? ['O03', 'E11', 'E09'] : ['E11', 'O03', 'E09'],
      summary: `the EndpointSlices of ${namespace}/${name} are not its pods: ${what.join('; ')}`,
      evidence: [
        ...slices.map((slice) => ({
          ...world.locate(slice, 'endpoints'),
          text: `${slice.metadata.name}, managed by ${slice.metadata.labels?.[MANAGED_BY] ?? 'nobody'}`,
        })),
        {
          ...world.locate(service, 'spec.selector'),
          text: `selected and ready: ${[...wanted.keys()].join(', ') || 'none'}`,
        },
      ],
      remedy: {
        text: isOrphan
          ? 'delete the slice that nobody keeps up to date; the controller writes its own anew'
          : 'see whether the EndpointSlice controller runs and keeps up',
        commands: isOrphan
          ? slices.map(({ metadata }) => `kubectl -n ${namespace} delete endpointslice ${metadata.name}`)
          : ['kubectl -n kube-system get lease kube-controller-manager'],
      },
      repair: (before) => proxiesFollow(withExpectedSlices(before, service)),
    };
  },
});

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const CONTROLLER = 'endpointslice-controller.k8s.io';

/** Which of the addresses were of pods that have ended, as ` (job-1 has ended: Failed)`; empty where none was. */
function endedText({ pods }: World, { metadata, spec }: Service, addresses: readonly string[]): string {
  const ended = pods.filter(
    (pod) =>
      pod.metadata.namespace === metadata.namespace &&
      hasEnded(pod) &&
      matchesAll(spec.selector ?? {}, pod.metadata.labels) &&
      addressesOfPod(pod).some((address) => addresses.includes(address)),
  );
  const texts = ended.map(({ metadata: { name }, status }) => `${name} has ended: ${status.phase}`);
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`;
}

/** `address` of every endpoint, with whether it takes traffic. */
function keysOf(slices: readonly EndpointSlice[]): Map<string, { isReady: boolean; slice: EndpointSlice }> {
  const keys = new Map<string, { isReady: boolean; slice: EndpointSlice }>();
  for (const slice of slices) {
    if (slice.addressType === 'FQDN') continue;
    for (const { addresses, conditions } of slice.endpoints) {
      const isReady = conditions?.ready !== false && conditions?.terminating !== true;
      for (const address of addresses) if (!keys.get(address)?.isReady) keys.set(address, { isReady, slice });
    }
  }
  return keys;
}
