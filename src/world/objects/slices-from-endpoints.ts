import type { Endpoints, EndpointsAddress, EndpointSlice, SliceEndpoint } from '../kubernetes/objects.ts';

/**
 * Slices with the content of the older Endpoints objects, for snapshots that hold only those. *Limits:* zones, hints
 * and terminating endpoints are not in Endpoints.
 */
export function slicesFromEndpoints(endpoints: readonly Endpoints[]): EndpointSlice[] {
  return endpoints.flatMap(({ metadata, subsets = [] }) =>
    subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, index) =>
      (['IPv4', 'IPv6'] as const).flatMap((addressType): EndpointSlice[] => {
        const isOwn = ({ ip }: EndpointsAddress): boolean => ip.includes(':') === (addressType === 'IPv6');
        const own = [
          ...addresses.filter(isOwn).map((address) => endpointOf(address, true)),
          ...notReadyAddresses.filter(isOwn).map((address) => endpointOf(address, false)),
        ];
        if (own.length === 0) return [];
        return [
          {
            kind: 'EndpointSlice',
            metadata: {
              name: `${metadata.name}-${index}-${addressType.toLowerCase()}`,
              namespace: metadata.namespace,
              labels: { 'kubernetes.io/service-name': metadata.name },
            },
            addressType,
            endpoints: own,
            ports,
          },
        ];
      }),
    ),
  );
}

function endpointOf({ ip, nodeName, hostname, targetRef }: EndpointsAddress, ready: boolean): SliceEndpoint {
  return {
    addresses: [ip],
    conditions: { ready, serving: ready, terminating: false },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
