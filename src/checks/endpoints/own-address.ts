import { addressesOfPod, podsAt, selectedPods } from '../../world/select-pods.ts';
import { type Check, defineCheck } from '../check.ts';

/** Two pods have the same address: part of the connections reach the wrong one. */
export const ownAddress: Check = defineCheck({
  id: 'endpoints/own-address',
  asserts: 'every endpoint pod has an address of its own',
  faults: ['E12', 'E13', 'N12'],
  needs: ['service', 'pods'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const selected = selectedPods(world, service);
    const { namespace, name } = service.metadata;
    for (const pod of selected) {
      const others = addressesOfPod(pod)
        .flatMap((address) => podsAt(world, address))
        .filter(
          (other) =>
            other !== pod &&
            (other.spec.hostNetwork === true) === (pod.spec.hostNetwork === true) &&
            !(selected.includes(other) && selected.indexOf(other) < selected.indexOf(pod)),
        );
      const [other] = others;
      if (!other) continue;
      const isHost = pod.spec.hostNetwork === true;
      if (isHost && !selected.includes(other)) continue;
      yield {
        severity: isHost ? 'warning' : 'error',
        subject: `Service ${namespace}/${name}`,
        share: [0, 1],
        faults: isHost ? ['E13'] : ['E12', 'N12'],
        summary: isHost
          ? `pods ${pod.metadata.name} and ${other.metadata.name} run in the network of one node and cannot both have the port`
          : `${addressesOfPod(pod).join(', ')} belongs to pod ${pod.metadata.namespace}/${pod.metadata.name} and to ${other.metadata.namespace}/${other.metadata.name}`,
        evidence: [pod, other].map((each) => ({
          ...world.locate(each, 'status.podIP'),
          text: `${each.metadata.namespace}/${each.metadata.name} on ${each.spec.nodeName ?? 'no node'}: ${addressesOfPod(each).join(', ')}`,
        })),
        remedy: {
          text: isHost
            ? 'keep the pods on different nodes (anti-affinity)'
            : 'delete one of the pods, and mend the ranges the CNI hands out',
          commands: [`kubectl -n ${other.metadata.namespace} delete pod ${other.metadata.name}`],
        },
      };
    }
  },
});
