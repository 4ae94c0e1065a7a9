import { targetsOf } from '../../intent/select-endpoints.ts';
import { type Ip, formatIp, parseIp } from '../../model/address.ts';
import type { Pod } from '../../world/kubernetes/objects.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { connectionsTo } from '../connections-to.ts';
import { isApi } from '../is-api.ts';
import { endpointText } from '../endpoint-text.ts';

/** The slice of `default/kubernetes`, which API servers write themselves, names an address that none of them has, and that nobody heard. */
export const apiServers: Check = defineCheck({
  id: 'endpoints/api-servers',
  asserts: 'the endpoints of default/kubernetes are API servers',
  faults: ['O02'],
  needs: ['service', 'endpointSlices', 'pods'],
  *run({ world, subject: { namespace, name, service } }) {
    if (!service || !isApi({ namespace, name })) return;
    const targets = (service.spec.ports ?? []).flatMap((port) =>
      (['IPv4', 'IPv6'] as const).flatMap((family) => targetsOf(world, service, port, family)),
    );
    const servers = serversOf(world);
    if (servers.length === 0) return;
    for (const target of targets) {
      if (servers.some(({ addresses }) => addresses.includes(target.address))) continue;
      if (connectionsTo(world, target).some(({ entry }) => !entry.isUnreplied)) continue;
      yield {
        severity: 'warning',
        subject: 'Service default/kubernetes',
        share: [0, 1 / targets.length],
        summary: `${endpointText(target)}, an endpoint of default/kubernetes, is the address of no API server of this cluster, and no connection to it was seen answered; whoever gets it cannot ask the API`,
        evidence: servers.map(({ pod, addresses }) => ({
          ...world.locate(pod, 'status.podIP'),
          text: `${pod.metadata.name} is ${addresses.map(formatIp).join(', ')}`,
        })),
        remedy: {
          text: 'see which API server writes this address; give it --advertise-address, an address that nodes and pods reach',
          commands: [
            'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes -o yaml',
            `curl -k https://${endpointText(target)}/livez   # on a node`,
          ],
        },
      };
    }
  },
});

/** API servers of this cluster that run as pods of their node's network (those of hosted clusters do not), with their own addresses and the one that each advertises. */
function serversOf({ pods }: World): { pod: Pod; addresses: Ip[] }[] {
  return pods
    .filter(
      ({ metadata: { name, labels = {} }, spec }) =>
        spec.hostNetwork === true &&
        (labels['component'] === 'kube-apiserver' || name.startsWith('kube-apiserver-')),
    )
    .map((pod) => ({ pod, addresses: addressesOf(pod) }))
    .filter(({ addresses }) => addresses.length > 0);
}

function addressesOf({ spec, status }: Pod): Ip[] {
  const words = spec.containers.flatMap(({ command = [], args = [] }) => [...command, ...args]);
  const told = words.flatMap((word) => /^--advertise-address=(.+)$/.exec(word)?.[1] ?? []);
  const all = [status.podIP, status.hostIP, ...(status.podIPs ?? []).map(({ ip }) => ip), ...told];
  return [...new Set(all.flatMap((text) => parseIp(text ?? '') ?? []))];
}
