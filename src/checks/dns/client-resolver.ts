import type { Verification } from '../../verify/discrepancy.ts';
import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { clusterDomainOf } from '../../dns/parse-resolv-conf.ts';
import { type Check, defineCheck } from '../check.ts';
import { resolverAstray } from '../resolver-astray.ts';

/** The client asks a resolver that knows no Services. */
export const clientResolver: Check = defineCheck({
  id: 'dns/client-resolver',
  asserts: 'the client asks the cluster’s DNS',
  faults: ['D04', 'D05', 'D02'],
  needs: ['pods', 'services'],
  *run({ world, subject, verifications }) {
    const { service } = readClusterDns(world);
    const astray = resolverAstray(world, subject.from);
    if (!service || !astray) return;
    const { pod, byPolicy, client, nameservers: told } = astray;
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const domain = client && clusterDomainOf(client.resolv);
    yield {
      severity: 'error',
      subject: `Pod ${name}`,
      faults: byPolicy ? ['D05', 'D04'] : ['D04', 'D05'],
      share: [1, 1],
      summary: byPolicy
        ? `names of Services do not resolve in pod ${name}: it ${byPolicy}, so it asks its node’s resolver${told.length === 0 ? '' : ` (${told.join(', ')})`}${allWork(verifications) ? '; connections to the Service’s addresses work' : ''}`
        : `pod ${name} asks ${told.join(', ')}; the cluster’s DNS is ${service.spec.clusterIP ?? '?'}${domain === undefined ? '' : ` for ${domain}`}`,
      evidence: [
        {
          ...world.locate(pod, byPolicy ? 'spec.dnsPolicy' : 'spec.dnsConfig'),
          text: `dnsPolicy ${pod.spec.dnsPolicy ?? 'ClusterFirst'}, hostNetwork ${pod.spec.hostNetwork ?? false}`,
        },
        ...(client?.source === undefined
          ? []
          : [{ source: client.source, text: `nameserver ${told.join(', ')}` }]),
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

function allWork(verifications: readonly Verification[]): boolean {
  return verifications.length > 0 && verifications.every(({ works: [min] }) => min > 1 - 1e-6);
}
