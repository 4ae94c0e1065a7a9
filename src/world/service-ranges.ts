import { type Cidr, parseCidr } from '../model/cidr.ts';
import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

const FLAG = '--service-cluster-ip-range=';

/** The ranges of cluster IPs, as ServiceCIDR objects or the API servers' pods tell them; empty where neither was read. */
export const serviceRanges: (world: World) => readonly Cidr[] = perWorld(({ serviceCidrs, pods }) => {
  const told = serviceCidrs.flatMap(({ spec }) => spec.cidrs ?? []);
  const flags = pods
    .filter(({ metadata }) => metadata.labels?.['component'] === 'kube-apiserver')
    .flatMap(({ spec }) => spec.containers)
    .flatMap(({ command = [], args = [] }) => [...command, ...args])
    .filter((word) => word.startsWith(FLAG))
    .flatMap((word) => word.slice(FLAG.length).split(','));
  return [...new Set(told.length > 0 ? told : flags)].flatMap((text) => parseCidr(text) ?? []);
});
