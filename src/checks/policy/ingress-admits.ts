import { formatLabelSelector } from '../../model/label-selector.ts';
import type { RuleMiss } from '../../policy/admit-rule.ts';
import { type Check, defineCheck } from '../check.ts';
import { missedPort, policyNames, refusalProblem } from '../policy-refusal.ts';
import { type RefusedClients, refusedClients } from '../refused-clients.ts';

/** A NetworkPolicy selects the Service's pods, and no rule of any lets the clients in. */
export const ingressAdmits: Check = defineCheck({
  id: 'policy/ingress-admits',
  asserts: 'NetworkPolicies let clients in to the Service’s pods, on the port of the pods',
  faults: ['F01', 'F03'],
  needs: ['service', 'networkPolicies', 'pods', 'endpointSlices'],
  *run(input) {
    const ports = (input.subject.service?.spec.ports ?? []).flatMap(({ port, nodePort }) => [port, nodePort]);
    for (const refused of refusedClients(input, 'ingress')) {
      const missed = missedPort(refused, ports);
      yield* refusalProblem(input, refused, {
        summary: missed ? wrongPort(refused, missed.miss, missed.isServicePort) : wrongClient(refused),
        faults: missed?.isServicePort ? ['F03', 'F01'] : ['F01', 'F03'],
      });
    }
  },
});

function wrongPort({ endpoint }: RefusedClients, miss: RuleMiss, takesServicePort: boolean): string {
  const { name, namespace } = miss.policy.metadata;
  return `NetworkPolicy ${namespace}/${name} admits the clients to ${miss.ports}${takesServicePort ? ', the port of the Service' : ''}; policies see the port of the pods, ${endpoint.port}`;
}

function wrongClient(refused: RefusedClients): string {
  const { refusal, clients } = refused;
  const who = policyNames(refusal.policies);
  const near = refusal.misses.filter(({ peer }) => peer).sort((a, b) => length(a) - length(b))[0];
  if (near === undefined) return `${who} lets nobody in to the Service’s pods`;
  const labels = formatLabelSelector({ matchLabels: clients[0]?.metadata.labels ?? {} }) || 'no labels';
  return `${who} lets in only ${near.peer?.join(' and ') || 'others'}: the clients have ${labels}`;
}

function length({ peer = [] }: RuleMiss): number {
  return peer.length;
}
