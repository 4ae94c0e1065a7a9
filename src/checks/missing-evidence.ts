import { isListed } from '../dataplane/conntrack/listed-part.ts';
import type { NodeState } from '../dataplane/node-state.ts';
import type { Gap } from '../model/evidence.ts';
import { distinctEndpoints } from '../verify/distinct-endpoints.ts';
import { triedConnections } from '../verify/tried-connections.ts';
import { findDnsService } from '../world/find-dns-service.ts';
import { askedOf } from '../world/asked-of.ts';
import { isRead } from '../world/is-read.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import type { ResourceKind } from '../world/world.ts';
import type { CheckInput, Need } from './check.ts';

/** The gap where `need` was not seen for this subject; `undefined` where it was. */
export function missingEvidence(need: Need, input: CheckInput): Gap | undefined {
  return missing[need](input);
}

type Look = (input: CheckInput) => Gap | undefined;

const missing: Readonly<Record<Need, Look>> = {
  service: objects('services'),
  services: objects('services'),
  endpointSlices: objects('endpointslices'),
  pods: objects('pods'),
  nodes: objects('nodes'),
  // Dumps of nodes have them as well as the API.
  nodeAddresses: (input) =>
    [...input.world.nodeStates.values()].some(({ links = [] }) =>
      links.some(({ addresses }) => addresses.length > 0),
    )
      ? undefined
      : objects('nodes')(input),
  namespaces: objects('namespaces'),
  networkPolicies: objects('networkpolicies'),
  workloads: objects('workloads', 'deployments,replicasets,daemonsets,statefulsets'),
  events: objects('events'),
  rules: ofNodes(
    'rules',
    'iptables-save -c, or nft list ruleset',
    ({ hasRules }) => hasRules.ip || hasRules.ip6,
  ),
  bridgePorts: ofNodes('bridge ports', 'bridge -d link', ({ bridgePorts }) => bridgePorts !== undefined),
  sysctls: ofNodes('sysctls', 'sysctl -a', ({ sysctls }) => sysctls !== undefined),
  conntrack: (input) => {
    const asked = [
      ...distinctEndpoints(input.verifications).values(),
      ...new Set(input.verifications.map(({ expectation }) => expectation.frontend)),
    ];
    return ofNodes(
      'connection tracking',
      'conntrack -L',
      ({ conntrack, conntrackPart }) =>
        conntrack !== undefined &&
        (conntrackPart === undefined ||
          asked.every(({ address, port }) => isListed(conntrackPart, address, port))),
    )(input);
  },
  counters: ofNodes('counters', 'conntrack -S', ({ counters }) => counters !== undefined),
  neighbours: ofNodes(
    'neighbours',
    'ip neigh show',
    ({ neighbours, counters }) => neighbours !== undefined || counters?.has('arp.entries') === true,
  ),
  // The node's list says nothing of pods with a network of their own.
  sockets: (input) =>
    [...distinctEndpoints(input.verifications).values()].some(
      ({ address }) => input.world.network.placeOf(address)?.isHostNetwork,
    )
      ? ofNodes('listening sockets', 'ss -lntu', ({ sockets }) => sockets !== undefined)(input)
      : undefined,
  links: ofNodes('network interfaces', 'ip -d -j link', ({ links }) => links !== undefined),
  verifications: ({ verifications }) =>
    verifications.length > 0
      ? undefined
      : {
          what: 'the way of packets to the Service',
          why: 'no rules of any node were read, or no client is known',
          unlock: 'on each node iptables-save -c or nft list ruleset, ip addr, ip route show table all',
        },
  kubeProxies: ({ world }) =>
    world.kubeProxies.size > 0
      ? undefined
      : {
          what: "kube-proxy's own state",
          why: 'not read of any node',
          unlock: "kube-proxy's log, /metrics and /configz of each node",
        },
  coreDns: (input) =>
    input.world.configMaps.some(({ data }) => data?.['Corefile'] !== undefined)
      ? undefined
      : objects('configmaps')(input),
  resolvConfs: ({ world }) =>
    world.resolvConfs.length > 0
      ? undefined
      : {
          what: 'resolv.conf of clients',
          why: 'not read',
          unlock: 'kubectl exec POD -- cat /etc/resolv.conf',
        },
  dnsAnswers: ({ world, subject: { service } }) =>
    service !== undefined && askedOf(world, service).length > 0
      ? undefined
      : {
          what: 'the answers of DNS servers',
          why: 'they were not asked for this name',
          unlock: 'ask without --from, on the running cluster',
        },
  probes: ({ world, subject: { service }, verifications }) =>
    // A DNS server that was asked was reached, too.
    (service !== undefined && findDnsService(world) === service && askedOf(world, service).length > 0) ||
    (world.probes.length > 0 &&
      verifications.some(({ expectation: { vantage, frontend, endpoints } }) =>
        [frontend, ...endpoints.map((endpoint) => ({ ...endpoint, protocol: frontend.protocol }))].some(
          (target) => triedConnections(world, vantage, target) !== undefined,
        ),
      ))
      ? undefined
      : {
          what: 'real connections to the Service',
          ...(service !== undefined && isWithoutTcp(service)
            ? {
                why: 'by UDP it may be asked only what every server answers: its protocol is not known, or no image can ask',
                unlock: 'ask it from a pod as its clients do',
              }
            : {
                why: 'none was tried: what pods answer (their port, TLS, HTTP, lists of allowed clients), and what kernels and network cards do, shows only so',
                unlock: 'ask without --from, on the running cluster',
              }),
        },
  probesFromHere: ({ world }) =>
    world.probes.some(({ from }) => from.kind === 'machine')
      ? undefined
      : {
          what: 'real connections from outside the cluster',
          why: 'none was tried',
          unlock: 'ask without --from, on the running cluster',
        },
};

const clusterScoped: ReadonlySet<ResourceKind> = new Set(['nodes', 'namespaces']);

/** Objects of a kind, in the subject's namespace where they have one. */
function objects(kind: ResourceKind, resources: string = kind): Look {
  return ({ world, subject }) => {
    if (isRead(world, kind, subject.namespace)) return undefined;
    return {
      what: kind,
      why: world.coverage.has(kind) ? `not read in namespace ${subject.namespace}` : 'not read',
      unlock: `kubectl get ${resources}${clusterScoped.has(kind) ? '' : ' -A'} -o json`,
    };
  };
}

/** Something of the nodes, at least of one: which of them are missing is said where packets are walked. */
function ofNodes(what: string, command: string, isSeen: (state: NodeState) => boolean): Look {
  return ({ world }) =>
    [...world.nodeStates.values()].some(isSeen)
      ? undefined
      : { what: `${what} of the nodes`, why: 'not read of any node', unlock: `${command} on each node` };
}

function isWithoutTcp({ spec }: Service): boolean {
  return (spec.ports ?? []).every(({ protocol = 'TCP' }) => protocol !== 'TCP');
}
