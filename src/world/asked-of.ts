import type { DnsObservation } from '../model/observation.ts';
import { findDnsService } from './find-dns-service.ts';
import type { Service } from './kubernetes/objects.ts';
import type { Sourced } from './read-observations.ts';
import type { World } from './world.ts';

/**
 * What DNS servers answered for the name of `service`; for the cluster's DNS Service itself what they answered for `kubernetes.default`. Questions that
 * nobody could put are left out.
 */
export function askedOf(world: World, service: Service): readonly Sourced<DnsObservation>[] {
  const isDns = findDnsService(world) === service;
  const { namespace, name } = isDns ? { namespace: 'default', name: 'kubernetes' } : service.metadata;
  return world.dnsAnswers.filter(
    (observation) =>
      observation.name.startsWith(`${name}.${namespace}.svc.`) && observation.outcome !== 'failed',
  );
}
