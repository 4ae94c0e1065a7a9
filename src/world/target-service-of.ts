import type { Service } from './kubernetes/objects.ts';
import { readClusterDns } from './read-cluster-dns.ts';
import type { World } from './world.ts';

/** The Service of this cluster that an ExternalName names by its full name; undefined for other Services, other names, and where it is not there. */
export function targetServiceOf(world: World, { spec }: Service): Service | undefined {
  if (spec.type !== 'ExternalName') return undefined;
  const suffix = `.svc.${readClusterDns(world).searched.domain}`;
  const target = (spec.externalName ?? '').toLowerCase().replace(/\.$/, '');
  if (!target.endsWith(suffix)) return undefined;
  const [name, namespace, ...more] = target.slice(0, -suffix.length).split('.');
  return more.length > 0
    ? undefined
    : world.services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
}
