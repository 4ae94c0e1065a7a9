import { jsonOf } from '../../snapshot/json-of.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { ResourceName } from './resources.ts';

/** The objects of `resource` among `sources`, listed or read one by one, of all namespaces or of one; each once. */
export function listed<T extends ListedObject>(
  sources: readonly Source[],
  resource: ResourceName,
  namespace?: string,
): T[] {
  const file = new RegExp(`^cluster/(?:[^/]+/)?${resource}(?:-[^/]+)?\\.json$`);
  const objects = sources
    .filter(({ path, kind }) => kind === 'kubernetes' && file.test(path))
    .flatMap((source) => {
      const document = jsonOf(source) as T | { readonly items: T[] | null };
      return 'items' in document ? (document.items ?? []) : [document];
    })
    .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  return [
    ...new Map(objects.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each])).values(),
  ];
}

interface ListedObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}
