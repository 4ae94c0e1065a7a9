import { parseIp } from '../../model/address.ts';
import { cidrContains, parseCidr } from '../../model/cidr.ts';
import type { Policy } from '../../policy/policy.ts';
import { findDnsService } from '../../world/find-dns-service.ts';
import { type Check, defineCheck } from '../check.ts';
import { missedPort, policyNames, refusalProblem } from '../policy-refusal.ts';
import { refusedClients } from '../refused-clients.ts';

/** Whether a rule lets out to a block that holds `text`, an address of a Service. */
function namesAddress(policies: readonly Policy[], text: string): boolean {
  const address = parseIp(text);
  const blocks = policies.flatMap(({ spec }) =>
    (spec.egress ?? []).flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => ipBlock?.cidr ?? [])),
  );
  return (
    address !== undefined &&
    blocks.some((block) => {
      const cidr = parseCidr(block);
      return cidr !== undefined && cidrContains(cidr, address);
    })
  );
}

/** A NetworkPolicy selects clients, and no rule of any lets them out to the Service's pods. */
export const egressAdmits: Check = defineCheck({
  id: 'policy/egress-admits',
  asserts: 'NetworkPolicies let clients out to the Service’s pods, and to DNS',
  faults: ['F02', 'F03', 'F01'],
  needs: ['service', 'networkPolicies', 'pods', 'endpointSlices'],
  *run(input) {
    const { service } = input.subject;
    const ports = (service?.spec.ports ?? []).map(({ port }) => port);
    for (const refused of refusedClients(input, 'egress')) {
      const { refusal, clients, endpoint } = refused;
      const missed = missedPort(refused, ports);
      const who = `${clients.length === 1 ? 'Pod' : `${clients.length} pods such as`} ${clients[0]?.metadata.namespace}/${clients[0]?.metadata.name}`;
      const target = endpoint.port === 53 ? 'the DNS pods' : 'the Service’s pods';
      const isDns = service !== undefined && findDnsService(input.world) === service;
      const vip = (service?.spec.clusterIPs ?? [service?.spec.clusterIP ?? '']).find((text) =>
        namesAddress(refusal.policies, text),
      );
      const only = vip
        ? `: it admits ${vip}, the address of the Service, and policies see the address of the pod`
        : missed
          ? `: it admits ${missed.miss.ports}${missed.isServicePort ? ', the port of the Service' : ''}, and policies see the port of the pods`
          : '';
      yield* refusalProblem(input, refused, {
        summary: `${policyNames(refusal.policies)} does not let ${who} out to ${target} on port ${endpoint.port}${only}`,
        faults: !isDns && (vip !== undefined || missed?.isServicePort) ? ['F03', 'F02'] : ['F02', 'F01'],
      });
    }
  },
});
