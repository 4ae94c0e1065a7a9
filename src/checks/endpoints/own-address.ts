import { targetPortOf } from '../../world/expected-slices.ts';
import type { Pod, Service } from '../../world/kubernetes/objects.ts';
import { addressesOfPod, isReady, podsAt, selectedPods } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

/** Two pods have the same address: part of the connections reach the wrong one. */
export const ownAddress: Check = defineCheck({
  id: 'endpoints/own-address',
  asserts: 'every endpoint pod has an address of its own',
  faults: ['E12', 'E13', 'N12'],
  needs: ['service', 'pods'],
  // Which of the two a node means by the address, the walk cannot know.
  explains: ['node/reply-lost', 'node/route-missing'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const selected = selectedPods(world, service);
    const all = new Set(selected);
    const earlier = new Set<Pod>();
    for (const pod of selected) {
      const isHost = pod.spec.hostNetwork === true;
      earlier.add(pod);
      const others = addressesOfPod(pod)
        .flatMap((address) => podsAt(world, address))
        .filter((other) => (other.spec.hostNetwork === true) === isHost && !earlier.has(other));
      const other = isHost ? others.find((each) => isRival(service, all, pod, each)) : others[0];
      if (other) yield isHost ? ofOneNode(world, service, pod, other) : ofTwo(world, service, pod, other);
    }
  },
});

/** Both are endpoints at one port of their node. The scheduler keeps pods apart that declare the port. */
function isRival({ spec }: Service, selected: ReadonlySet<Pod>, pod: Pod, other: Pod): boolean {
  const serves = (each: Pod): boolean => isReady(each) && each.metadata.deletionTimestamp === undefined;
  return (
    selected.has(other) &&
    serves(pod) &&
    serves(other) &&
    (spec.ports ?? []).some((port) => {
      const number = targetPortOf(port, pod);
      return number !== undefined && number === targetPortOf(port, other);
    })
  );
}

// Whichever of them has the port answers, so no connection fails by that.
function ofOneNode(world: World, service: Service, pod: Pod, other: Pod): Problem {
  return {
    severity: 'warning',
    subject: `Service ${service.metadata.namespace}/${service.metadata.name}`,
    share: [0, 0],
    faults: ['E13'],
    summary: `pods ${pod.metadata.name} and ${other.metadata.name} run in the network of one node and cannot both have the port: one of them serves nobody`,
    evidence: evidenceOf(world, pod, other),
    remedy: {
      text: 'keep the pods on different nodes: declare the port, or use anti-affinity',
      commands: [`kubectl -n ${other.metadata.namespace} delete pod ${other.metadata.name}`],
    },
  };
}

function ofTwo(world: World, service: Service, pod: Pod, other: Pod): Problem {
  return {
    severity: 'error',
    subject: `Service ${service.metadata.namespace}/${service.metadata.name}`,
    share: [0, 1],
    faults: ['E12', 'N12'],
    summary: `${addressesOfPod(pod).join(', ')} belongs to pod ${pod.metadata.namespace}/${pod.metadata.name} and to ${other.metadata.namespace}/${other.metadata.name}`,
    evidence: evidenceOf(world, pod, other),
    remedy: {
      text: 'delete one of the pods, and mend the ranges the CNI hands out',
      commands: [`kubectl -n ${other.metadata.namespace} delete pod ${other.metadata.name}`],
    },
  };
}

function evidenceOf(world: World, ...pods: readonly Pod[]): Problem['evidence'] {
  return pods.map((each) => ({
    ...world.locate(each, 'status.podIP'),
    text: `${each.metadata.namespace}/${each.metadata.name} on ${each.spec.nodeName ?? 'no node'}: ${addressesOfPod(each).join(', ')}`,
  }));
}
