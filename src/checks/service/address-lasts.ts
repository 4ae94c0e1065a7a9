import { nameOf } from '../../intent/service-index.ts';
import type { ConntrackEntry } from '../../dataplane/conntrack/entry.ts';
import { type Ip, formatAddressPort, formatIp, parseIp } from '../../model/address.ts';
import { cidrContains } from '../../model/cidr.ts';
import type { Pod, Service } from '../../world/kubernetes/objects.ts';
import { perWorld } from '../../world/per-world.ts';
import { podsAt } from '../../world/select-pods.ts';
import { serviceRanges } from '../../world/service-ranges.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { isAskedPod } from '../client-pod.ts';

/** A pod that is older than the Service dials an address that a Service may have had, and none has now. */
export const addressLasts: Check = defineCheck({
  id: 'service/address-lasts',
  asserts: 'no client dials a former address of the Service',
  faults: ['D23', 'D22'],
  needs: ['services', 'conntrack'],
  *run({ world, subject: { service, from, namespace, name } }) {
    if (!service) return;
    const born = Date.parse(service.metadata.creationTimestamp ?? '');
    const ports = new Set((service.spec.ports ?? []).map(({ port }) => port));
    const lost = lostConnections(world).filter(
      ({ entry, pod }) =>
        ports.has(entry.original.destinationPort ?? 0) &&
        Date.parse(pod.status.startTime ?? '') < born &&
        (from?.pod === undefined || isAskedPod(from, pod.metadata)),
    );
    const [first] = lost;
    if (!first) return;
    const to = formatAddressPort(first.entry.original.destination, first.entry.original.destinationPort ?? 0);
    const isWhole = world.coverage.get('services')?.isComplete === true;
    const pods = [...new Set(lost.map(({ pod }) => podName(pod)))];
    yield {
      severity: 'warning',
      subject: `Service ${namespace}/${name}`,
      // Whether it was this Service's is not known, but the client that was asked about is one of them.
      share: from?.pod === undefined ? [0, 0] : [0, 1],
      summary: `${pods.slice(0, 3).join(', ')}${pods.length > 3 ? ` and ${pods.length - 3} more` : ''} ${pods.length === 1 ? 'dials' : 'dial'} ${to}, which no Service${isWhole ? '' : ' that was read'} has, and started before ${nameOf(service)} was made (${service.metadata.creationTimestamp}), which has ${service.spec.clusterIP ?? '?'}: an environment variable (${variable(name)}_SERVICE_HOST) or a name that was looked up once may hold its former address`,
      evidence: lost.slice(0, 3).map(({ entry, node }) => ({
        source: `connection table of ${node}`,
        location: `conntrack line ${entry.line}`,
        text: `${formatIp(entry.original.source)} to ${formatAddressPort(entry.original.destination, entry.original.destinationPort ?? 0)} [UNREPLIED]`,
      })),
      remedy: {
        text: 'start the clients anew, and let them dial the Service by its name',
        commands: [
          `kubectl -n ${first.pod.metadata.namespace} exec ${first.pod.metadata.name} -- env | grep ${variable(name)}`,
        ],
      },
    };
  },
});

interface LostConnection {
  readonly entry: ConntrackEntry;
  readonly node: string;
  readonly pod: Pod;
}

/** What pods dial of the Services’ range that no Service has, and nobody answers. */
const lostConnections = perWorld((world: World): LostConnection[] => {
  const owned = new Set<Ip | undefined>(world.services.flatMap(addressesOf));
  const ranges = serviceRanges(world);
  if (ranges.length === 0) return [];
  const isFormer = (address: Ip): boolean =>
    ranges.some((range) => cidrContains(range, address)) &&
    !owned.has(address) &&
    world.network.placeOf(address) === undefined;
  return [...world.nodeStates].flatMap(([node, { conntrack = [] }]) =>
    conntrack.flatMap((entry): LostConnection[] => {
      const { source, destination } = entry.original;
      // What a node has rules for it translates, or refuses before it is in the table.
      const isAsSent = entry.reply.source === destination;
      if (!entry.isUnreplied || !isAsSent || !isFormer(destination)) return [];
      const [pod] = podsAt(world, formatIp(source));
      return pod === undefined || pod.spec.hostNetwork === true ? [] : [{ entry, node, pod }];
    }),
  );
});

function addressesOf({ spec, status }: Service): (Ip | undefined)[] {
  const given = (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip);
  return [spec.clusterIP, ...(spec.clusterIPs ?? []), ...(spec.externalIPs ?? []), ...given].map((text) =>
    parseIp(text ?? ''),
  );
}

function podName({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** *Source:* kubernetes pkg/kubelet/envvars/envvars.go. */
function variable(service: string): string {
  return service.toUpperCase().replaceAll('-', '_');
}
