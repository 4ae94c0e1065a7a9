import { type Check, defineCheck } from '../check.ts';
import { isAskedPod } from '../client-pod.ts';

/** What kubelet reports where a resolv.conf would be longer than allowed. *Source:* kubernetes v1.37 pkg/kubelet/network/dns/dns.go. */
const REASON = 'DNSConfigForming';

/** kubelet left servers or domains out of the client's resolv.conf. */
export const resolverWhole: Check = defineCheck({
  id: 'dns/resolver-whole',
  asserts: 'kubelet left nothing out of the client’s resolv.conf',
  faults: ['D14'],
  needs: ['events'],
  *run({ world, subject: { from } }) {
    if (from?.pod === undefined) return;
    const event = world.events.findLast(
      ({ reason, involvedObject = {} }) =>
        reason === REASON && involvedObject.kind === 'Pod' && isAskedPod(from, involvedObject),
    );
    if (event === undefined) return;
    const { namespace, name } = event.involvedObject ?? {};
    const left = /^(Search Line|Nameserver) limits/i.exec(event.message ?? '')?.[1];
    yield {
      severity: 'warning',
      subject: `Pod ${namespace}/${name}`,
      share: [0, 0],
      summary: `kubelet left ${left === undefined ? 'servers or domains' : left === 'Nameserver' ? 'name servers' : 'domains to search'} out of the resolv.conf of ${namespace}/${name}: its node’s and its own are more than fit; names that need them do not resolve there`,
      evidence: [{ ...world.locate(event, 'message'), text: (event.message ?? REASON).slice(0, 300) }],
      remedy: {
        text: 'shorten the resolv.conf of the node (kubelet’s resolvConf) or the pod’s dnsConfig: at most 3 name servers and 32 domains',
        commands: [`kubectl -n ${namespace} exec ${name} -- cat /etc/resolv.conf`],
      },
    };
  },
});
