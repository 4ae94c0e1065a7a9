import type { NodeState } from '../../dataplane/node-state.ts';
import type { Link } from '../../dataplane/routes/routes.ts';
import { type Ip, parseIp } from '../../model/address.ts';
import { cidrContains, cidrOf } from '../../model/cidr.ts';
import type { KubernetesEvent, Service } from '../../world/kubernetes/objects.ts';
import { type Check, defineCheck } from '../check.ts';
import { DUMMY, isOnDummy } from '../ipvs-dummy.ts';

/** MetalLB sets one of these on a Service that it gave an address. *Source:* metallb internal controller, `AnnotationIPAllocateFromPool`; the second before 0.14. */
const ALLOCATED = ['metallb.io/ip-allocated-from-pool', 'metallb.universe.tf/ip-allocated-from-pool'];

/** MetalLB lets one node answer for the address of a Service, and kube-proxy in IPVS mode lets all of them. */
export const oneAnnounces: Check = defineCheck({
  id: 'external/one-announces',
  asserts: 'only the node that a load balancer on layer 2 chose answers ARP for its address',
  faults: ['X10'],
  needs: ['links', 'sysctls'],
  *run({ world, subject: { service } }) {
    const { annotations = {} } = service?.metadata ?? {};
    if (!service || !ALLOCATED.some((name) => annotations[name] !== undefined)) return;
    const event = world.events.findLast((each) => isAnnouncement(each, service));
    for (const { ip = '' } of service.status?.loadBalancer?.ingress ?? []) {
      const address = parseIp(ip);
      if (typeof address !== 'number' || /"bgp"/.test(event?.message ?? '')) continue;
      const answering = [...world.nodeStates.values()].filter((state) => answers(state, address));
      const [first] = answering;
      if (first === undefined || answering.length < 2) continue;
      const { namespace, name } = service.metadata;
      const isLocal = service.spec.externalTrafficPolicy === 'Local';
      yield {
        severity: isLocal ? 'error' : 'warning',
        subject: `Service ${namespace}/${name}`,
        share: isLocal ? [0, 1] : [0, 0],
        summary: `${answering.map((state) => state.name).join(', ')} all answer ARP for ${ip}, which MetalLB means one node to do: kube-proxy in IPVS mode puts it on ${DUMMY} of every node, and strictARP is off; clients outside reach now one node, now another${isLocal ? ', also nodes that have no endpoint and drop what comes' : ''}`,
        evidence: [
          ...answering.slice(0, 3).map((state) => ({
            source: `nodes/${state.name}`,
            text: `${ip} on ${DUMMY}, net.ipv4.conf.all.arp_ignore = 0`,
          })),
          ...(event ? [{ ...world.locate(event, 'message'), text: event.message ?? '' }] : []),
        ],
        remedy: {
          text: 'set ipvs.strictARP: true in kube-proxy’s configuration, and restart kube-proxy on all nodes',
          commands: ['kubectl -n kube-system edit configmap kube-proxy'],
        },
      };
    }
  },
});

/** The speaker of a node tells that it announces the address. *Source:* metallb speaker/main.go. */
function isAnnouncement({ reason, involvedObject }: KubernetesEvent, { metadata }: Service): boolean {
  return (
    reason === 'nodeAssigned' &&
    involvedObject?.kind === 'Service' &&
    involvedObject.name === metadata.name &&
    involvedObject.namespace === metadata.namespace
  );
}

/** Whether the node has `address` on kube-ipvs0 and answers for it on an interface whose network it lies in. *Source:* ip-sysctl.rst, `arp_ignore`: the larger of both values counts. */
function answers(state: NodeState, address: Ip): boolean {
  const { links = [], sysctls } = state;
  const isOn = ({ name, isLoopback, addresses }: Link): boolean =>
    !isLoopback &&
    name !== DUMMY &&
    addresses.some((each) => each.prefix < 32 && cidrContains(cidrOf(each.address, each.prefix), address));
  return (
    isOnDummy(state, address) &&
    links
      .filter(isOn)
      .some(({ name }) =>
        ['all', name].every((each) => sysctls?.get(`net.ipv4.conf.${each}.arp_ignore`) === '0'),
      )
  );
}
