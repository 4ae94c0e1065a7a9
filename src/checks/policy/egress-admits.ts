import { type Check, defineCheck } from '../check.ts';
import { missedPort, policyNames, refusalProblem } from '../policy-refusal.ts';
import { refusedClients } from '../refused-clients.ts';

/** A NetworkPolicy selects clients, and no rule of any lets them out to the Service's pods. */
export const egressAdmits: Check = defineCheck({
  id: 'policy/egress-admits',
  asserts: 'NetworkPolicies let clients out to the Service’s pods, and to DNS',
  faults: ['F02', 'F03', 'F01'],
  needs: ['service', 'networkPolicies', 'pods', 'endpointSlices'],
  *run(input) {
    const ports = (input.subject.service?.spec.ports ?? []).map(({ port }) => port);
    for (const refused of refusedClients(input, 'egress')) {
      const { refusal, clients, endpoint } = refused;
      const missed = missedPort(refusal, ports);
      const who = `${clients.length === 1 ? 'Pod' : `${clients.length} pods such as`} ${clients[0]?.metadata.namespace}/${clients[0]?.metadata.name}`;
      const target = endpoint.port === 53 ? 'the DNS pods' : 'the Service’s pods';
      const only = missed
        ? `: it admits ${missed.miss.ports}${missed.isServicePort ? ', the port of the Service' : ''}, and policies see the port of the pods`
        : '';
      yield* refusalProblem(input, refused, {
        summary: `${policyNames(refusal.policies)} does not let ${who} out to ${target} on port ${endpoint.port}${only}`,
        faults: missed?.isServicePort ? ['F03', 'F02'] : ['F02', 'F01'],
      });
    }
  },
});
