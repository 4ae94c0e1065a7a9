import { jsonOf } from '../../snapshot/json-of.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { ResourceName } from './resources.ts';

/** The objects of `resource` among `sources`, listed or read one by one, of all namespaces or of one; each once. */
export function listed<T extends ListedObject>(
  sources: readonly Source[],
  resource: ResourceName,
  namespace?: string,
): T[] {
  const objects = sources
    .filter((source) => isListOf(source, resource))
    .flatMap((source) => {
      const document = jsonOf(source) as T | { readonly items: T[] | null };
      return 'items' in document ? (document.items ?? []) : [document];
    })
    .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  return [
    ...new Map(objects.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each])).values(),
  ];
}

/** Whether `source` holds objects of `resource`: a list, a page of it, or one. */
export function isListOf({ path, kind }: Source, resource: ResourceName): boolean {
  const file = new RegExp(`^cluster/(?:[^/]+/)?${resource}(?:-[^/]+)?\\.json$`);
  return kind === 'kubernetes' && file.test(path);
}

interface ListedObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}
