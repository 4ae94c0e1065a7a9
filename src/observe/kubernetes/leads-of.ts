import { jsonOf, sourceOfJson } from '../../snapshot/json-of.ts';
import { type Source, aboutOf } from '../../snapshot/snapshot.ts';
import { isListOf, listed } from './listed.ts';
import type { LiveSubject } from './readings-of.ts';

/** What of an object says whether it leads on. */
interface Lead {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly hostNetwork?: boolean };
}

const SYSTEM = 'kube-system';

/**
 * `sources` with only the objects by which the rest is found: pods in the nodes' network, those of DNS and the client, the Services of DNS, and what the namespace
 * asked about has of Services and slices. Of packed lists of a whole cluster these alone are worth being kept unpacked.
 */
export function leadsOf(sources: readonly Source[], { namespace, clientPod }: LiveSubject): Source[] {
  const isDns = ({ metadata }: Lead): boolean => metadata.labels?.['k8s-app'] === 'kube-dns';
  const servers = new Set([
    SYSTEM,
    ...listed<Lead>(sources, 'services')
      .filter(isDns)
      .map(({ metadata }) => metadata.namespace),
  ]);
  const isAsked = ({ metadata }: Lead): boolean => metadata.namespace === namespace;
  const wanted = {
    services: (service: Lead) => isAsked(service) || isDns(service),
    endpointslices: isAsked,
    pods: ({ metadata, spec }: Lead) =>
      spec?.hostNetwork === true ||
      servers.has(metadata.namespace) ||
      `${metadata.namespace}/${metadata.name}` === clientPod,
  };
  return sources.map((source) => {
    const resource = (['services', 'endpointslices', 'pods'] as const).find((each) => isListOf(source, each));
    const document = jsonOf(source) as { readonly items?: readonly Lead[] | null };
    const items = resource && document.items?.filter(wanted[resource]);
    return sourceOfJson(items === undefined ? document : { ...document, items }, aboutOf(source));
  });
}
