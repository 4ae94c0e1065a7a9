import type { Pod } from './kubernetes/objects.ts';

/** Names of the ConfigMaps that `pod` mounts. */
export function mountedConfigMaps({ spec }: Pod): string[] {
  return (spec.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []);
}
