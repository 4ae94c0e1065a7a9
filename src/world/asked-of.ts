import type { DnsObservation } from '../model/observation.ts';
import { findDnsService } from './find-dns-service.ts';
import type { Service } from './kubernetes/objects.ts';
import type { Sourced } from './read-observations.ts';
import type { World } from './world.ts';

/** The Service that every cluster has: where its name fails, DNS itself does. */
const FIRST = 'kubernetes.default.svc.';

/**
 * What DNS servers answered for the name of `service`; for the cluster's DNS Service itself what they answered for `kubernetes.default`. Questions that
 * nobody could put are left out, and servers that fail for `kubernetes.default` as well: that is the DNS Service's matter.
 */
export function askedOf(world: World, service: Service): readonly Sourced<DnsObservation>[] {
  if (world.dnsAnswers.length === 0) return [];
  const put = world.dnsAnswers.filter(({ outcome }) => outcome !== 'failed');
  if (findDnsService(world) === service) return put.filter(({ name }) => name.startsWith(FIRST));
  const { namespace, name: own } = service.metadata;
  const broken = new Set(put.filter((each) => each.name.startsWith(FIRST) && isFailure(each)).map(wayOf));
  return put.filter(
    (each) =>
      each.name.startsWith(`${own}.${namespace}.svc.`) && !(broken.has(wayOf(each)) && !hasAnswer(each)),
  );
}

/** Without a record may be right: `kubernetes.default` has an address of one family. */
function isFailure({ outcome, rcode = 'NOERROR' }: DnsObservation): boolean {
  return outcome !== 'answered' || rcode !== 'NOERROR';
}

function hasAnswer({ outcome, records = [] }: DnsObservation): boolean {
  return outcome === 'answered' && records.length > 0;
}

function wayOf({ from, server, protocol }: DnsObservation): string {
  return [from.kind, from.pod, from.node, server.address, server.pod, protocol].join(' ');
}
