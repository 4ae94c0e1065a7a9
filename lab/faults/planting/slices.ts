import { ask, list, remove, type ApiObject } from '../../cluster/api.ts';

/** A hand-made EndpointSlice in the shop. */
export function handMadeSlice(
  name: string,
  labels: Readonly<Record<string, string>>,
  addresses: readonly string[],
  port: { readonly name?: string; readonly port: number },
): ApiObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'shop', labels },
    addressType: addresses.some((a) => a.includes(':')) ? 'IPv6' : 'IPv4',
    endpoints: addresses.map((a) => ({ addresses: [a], conditions: { ready: true } })),
    ports: [{ protocol: 'TCP', ...port }],
  };
}

/** A Service without selector, for hand-made slices. */
export const legacyService: ApiObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'legacy', namespace: 'shop' },
  spec: { ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }] },
};

/** Deletes the Service `legacy` and every hand-made slice. */
export async function removeLegacy(): Promise<void> {
  await remove(legacyService);
  for (const slice of await list('discovery.k8s.io/v1', 'EndpointSlice', 'shop')) {
    const manager = slice.metadata?.labels?.['endpointslice.kubernetes.io/managed-by'];
    if (manager === 'endpointslice-controller.k8s.io') continue;
    await ask('DELETE', `/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/${slice.metadata?.name}`);
  }
}
