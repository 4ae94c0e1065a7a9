import { nameOf, slicesOf } from '../../intent/service-index.ts';
import { formatAddressPort, formatIp } from '../../model/address.ts';
import { listNodes } from '../../verify/describe-clients.ts';
import { podsAt } from '../../world/select-pods.ts';
import { perWorld } from '../../world/per-world.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { waitingConnections, waitingEvidence } from '../waiting-connections.ts';

/** Clients wait at a port of the headless Service on an address of the pods' network that no pod has: one that DNS gave before, and that they kept. */
export const headlessCached: Check = defineCheck({
  id: 'dns/headless-cached',
  asserts: 'no client of a headless Service keeps to the address of a pod that is gone',
  faults: ['D20'],
  needs: ['conntrack'],
  *run({ world, subject: { service } }) {
    const waiting = waitingConnections(world);
    if (service?.spec.clusterIP !== 'None' || waiting.size === 0 || !isKnown(world)) return;
    const slices = slicesOf(world, service);
    const ports = new Set(slices.flatMap((slice) => (slice.ports ?? []).map(({ port }) => port)));
    const known = slicedAddresses(world);
    const kept = [...waiting.values()].flat().filter(({ entry: { original, reply } }) => {
      const { destination, destinationPort } = original;
      const address = formatIp(destination);
      return (
        reply.source === destination &&
        ports.has(destinationPort) &&
        world.network.isClusterAddress(destination) &&
        world.network.placeOf(destination) === undefined &&
        !known.has(address) &&
        podsAt(world, address).length === 0 &&
        !world.services.some(({ spec }) => spec.clusterIP === address)
      );
    });
    const [first] = kept;
    if (first === undefined) return;
    const gone = [
      ...new Set(
        kept.map(({ entry: { original } }) =>
          formatAddressPort(original.destination, original.destinationPort ?? 0),
        ),
      ),
    ];
    const nodes = [...new Set(kept.map(({ node }) => node))].sort();
    yield {
      severity: 'info',
      subject: `Service ${nameOf(service)}`,
      ...(nodes.length === 1 ? { node: first.node } : {}),
      share: [0, 0],
      summary: `clients on ${listNodes(nodes)} wait on ${gone.slice(0, 3).join(', ')}${gone.length > 3 ? ', …' : ''}, a port of headless ${nameOf(service)} at an address that no pod has: they may keep what DNS answered before the pod went`,
      evidence: waitingEvidence(kept),
      remedy: {
        text: 'let clients ask for the name anew when a connection fails, and keep answers no longer than their TTL (Java: networkaddress.cache.ttl); a Service with a cluster IP needs none of that',
        commands: [],
      },
    };
  },
});

/** The addresses of all endpoints; every headless Service of an audit asks. */
const slicedAddresses = perWorld(
  ({ endpointSlices }) =>
    new Set(endpointSlices.flatMap(({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses))),
);

/** An address is nobody’s only where everybody was read. */
function isKnown({ coverage }: World): boolean {
  return coverage.get('pods')?.isComplete === true && coverage.get('endpointslices')?.isComplete === true;
}
