import type { Source } from '../../snapshot/snapshot.ts';
import type { LiveSubject } from '../kubernetes/readings-of.ts';
import type { ListedConnections } from '../node/shell-stream.ts';
import { isAddress, probedService, probedSlices } from './probed-objects.ts';

/** Words go the way of the script: more of them would take an exec of their own each few, and leave less out. */
const MOST_WORDS = 200;

/**
 * What tells the connections of the Service asked about from others: its addresses, its node ports and its endpoints, ready or not. Entries that keep clients at an endpoint that is gone have
 * the Service's address. Nothing where no Service is asked about, or where it has too many.
 */
export function connectionsOf(objects: readonly Source[], subject: LiveSubject): ListedConnections {
  const service = probedService(objects, subject);
  if (service === undefined) return {};
  const { clusterIP, clusterIPs = [], externalIPs = [], ports = [] } = service.spec;
  const balancers = service.status?.loadBalancer?.ingress?.map(({ ip }) => ip) ?? [];
  const endpoints = probedSlices(objects, subject).flatMap((slice) =>
    (slice.endpoints ?? []).flatMap(({ addresses = [] }) => addresses),
  );
  const addresses = [clusterIP, ...clusterIPs, ...externalIPs, ...balancers, ...endpoints].filter(isAddress);
  const nodePorts = ports.flatMap(({ nodePort }) => (nodePort === undefined ? [] : [`dport=${nodePort}`]));
  const words = [...new Set([...addresses, ...nodePorts])];
  return words.length > MOST_WORDS ? {} : { of: `${subject.namespace}/${subject.service}`, words };
}
