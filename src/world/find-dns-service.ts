import type { Service } from './kubernetes/objects.ts';
import type { World } from './world.ts';

/** Names under which distributions install cluster DNS. */
const NAMES = ['kube-dns', 'coredns', 'rke2-coredns-rke2-coredns', 'dns-default'];

/** The Service that pods ask for names: by the label every installer sets, else by name. Undefined where none is seen. */
export function findDnsService({ services }: World): Service | undefined {
  const known = found.get(services);
  if (known !== undefined) return known.service;
  const service = searchDnsService(services);
  found.set(services, { service });
  return service;
}

// Every Service of an audit asks; the answer is the same.
const found = new WeakMap<readonly Service[], { readonly service: Service | undefined }>();

function searchDnsService(services: readonly Service[]): Service | undefined {
  const candidates = services.filter(({ spec }) => spec.ports?.some(({ port }) => port === 53));
  return (
    candidates.find(
      ({ metadata }) => metadata.labels?.['k8s-app'] === 'kube-dns' && metadata.name !== 'kube-dns-upstream',
    ) ?? candidates.find(({ metadata }) => NAMES.includes(metadata.name))
  );
}
