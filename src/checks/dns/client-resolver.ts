import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { clusterDomainOf } from '../../dns/parse-resolv-conf.ts';
import type { Pod } from '../../world/kubernetes/objects.ts';
import { selectedPods } from '../../world/select-pods.ts';
import { type Check, defineCheck } from '../check.ts';

/** Where NodeLocal DNS listens by default. */
const NODE_LOCAL = '169.254.20.10';

/** The client asks a resolver that knows no Services. */
export const clientResolver: Check = defineCheck({
  id: 'dns/client-resolver',
  asserts: 'the client asks the cluster’s DNS',
  faults: ['D04', 'D05', 'D02'],
  needs: ['pods', 'services'],
  *run({ world, subject }) {
    const { service, clients } = readClusterDns(world);
    const asked = subject.from?.pod;
    const pod = world.pods.find(
      ({ metadata }) =>
        asked !== undefined &&
        (asked === metadata.name || asked === `${metadata.namespace}/${metadata.name}`),
    );
    // The servers themselves ask their node's resolver for what is not theirs.
    if (!service || !pod || selectedPods(world, service).includes(pod)) return;
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const servers = new Set([service.spec.clusterIP ?? '', ...(service.spec.clusterIPs ?? []), NODE_LOCAL]);
    const client = clients.find((each) => each.pod === name);
    const told =
      client?.resolv.nameservers ??
      (pod.spec.dnsPolicy === 'None' ? pod.spec.dnsConfig?.nameservers : undefined);
    const byPolicy = policyProblem(pod);
    const wrong = told !== undefined && told.length > 0 && !told.some((server) => servers.has(server));
    if (!wrong && !byPolicy) return;
    const domain = client && clusterDomainOf(client.resolv);
    yield {
      severity: 'error',
      subject: `Pod ${name}`,
      faults: byPolicy ? ['D05', 'D04'] : ['D04', 'D05'],
      share: [1, 1],
      summary: byPolicy
        ? `pod ${name} ${byPolicy}, so it asks its node’s resolver, which knows no Service`
        : `pod ${name} asks ${(told ?? []).join(', ')}; the cluster’s DNS is ${service.spec.clusterIP ?? '?'}${domain === undefined ? '' : ` for ${domain}`}`,
      evidence: [
        {
          ...world.locate(pod, byPolicy ? 'spec.dnsPolicy' : 'spec.dnsConfig'),
          text: `dnsPolicy ${pod.spec.dnsPolicy ?? 'ClusterFirst'}, hostNetwork ${pod.spec.hostNetwork ?? false}`,
        },
        ...(client
          ? [{ source: client.source, text: `nameserver ${client.resolv.nameservers.join(', ')}` }]
          : []),
        {
          ...world.locate(service, 'spec.clusterIP'),
          text: `Service ${service.metadata.namespace}/${service.metadata.name} is ${service.spec.clusterIP ?? '?'}`,
        },
      ],
      remedy: {
        text: byPolicy
          ? `set dnsPolicy: ${pod.spec.hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst'} in the pod template`
          : 'set kubelet’s clusterDNS (or the pod’s dnsConfig) to the DNS Service’s address',
        commands: [`kubectl -n ${pod.metadata.namespace} exec ${pod.metadata.name} -- cat /etc/resolv.conf`],
      },
    };
  },
});

function policyProblem({ spec }: Pod): string | undefined {
  if (spec.dnsPolicy === 'Default') return 'has dnsPolicy Default';
  if (spec.hostNetwork === true && (spec.dnsPolicy ?? 'ClusterFirst') === 'ClusterFirst')
    return 'runs in its node’s network with dnsPolicy ClusterFirst';
  return undefined;
}
