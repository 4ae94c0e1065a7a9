import type { Coverage, ResourceKind } from './world.ts';

/** Whether all objects of a kind were read, or those of `namespace`. */
export function isRead(
  { coverage }: { readonly coverage: ReadonlyMap<ResourceKind, Coverage> },
  kind: ResourceKind,
  namespace: string,
): boolean {
  const read = coverage.get(kind);
  return read?.isComplete === true || read?.namespaces?.includes(namespace) === true;
}
