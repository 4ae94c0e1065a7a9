import { nearestName } from '../model/nearest-name.ts';
import { targetPortOf } from '../world/expected-slices.ts';
import type { Pod, Service } from '../world/kubernetes/objects.ts';
import { hasEnded, ownerOf } from '../world/select-pods.ts';
import type { World } from '../world/world.ts';

/** Labels of an object, or those that a selector asks for. */
export type Labels = Readonly<Record<string, string>>;

interface Candidate {
  readonly pod: Pod;
  /** Two for each label that fits, one where its key or its value alone does. */
  readonly score: number;
  /** 2: a value is nearly the one that is asked for; 1: the pod has the ports. */
  readonly likeness: number;
}

/** The pod that has most of the selector, what it lacks, and labels that it has in their place; of several the one whose values are most like. Undefined where none comes near. */
export function nearestPod(
  world: World,
  service: Service,
  selector: Labels,
): { pod: Pod; missing: [string, string][]; joint: Labels } | undefined {
  const candidates = world.pods
    .filter((pod) => pod.metadata.namespace === service.metadata.namespace && !hasEnded(pod))
    .map((pod) => candidateOf(pod, service, selector))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.likeness - a.likeness);
  const [best] = candidates;
  if (best === undefined || !isNear(world, best, candidates)) return undefined;
  const labels = best.pod.metadata.labels ?? {};
  const missing = Object.entries(selector).filter(([key, value]) => labels[key] !== value);
  const kept = Object.entries(selector).filter(([key, value]) => labels[key] === value);
  const renamed = missing.flatMap(([key, value]): [string, string][] => {
    const own = labels[key];
    if (own !== undefined) return [[key, own]];
    const other = Object.entries(labels).find(([, each]) => each === value);
    return other ? [other] : [];
  });
  return { pod: best.pod, missing, joint: Object.fromEntries([...kept, ...renamed]) };
}

function candidateOf(pod: Pod, service: Service, selector: Labels): Candidate {
  const labels = pod.metadata.labels ?? {};
  const score = Object.entries(selector).reduce(
    (sum, [key, value]) =>
      sum + (labels[key] === value ? 2 : key in labels || Object.values(labels).includes(value) ? 1 : 0),
    0,
  );
  return { pod, score, likeness: isAlike(pod, selector) ? 2 : servesPorts(pod, service) ? 1 : 0 };
}

/**
 * A key alone (`app`, `k8s-app`) is in every application's labels: another value of it says something where it is nearly the same, or where no other application
 * has the ports.
 */
function isNear(world: World, { score, likeness }: Candidate, candidates: readonly Candidate[]): boolean {
  if (score >= 2 || likeness === 2) return true;
  const owners = new Set(
    candidates.filter((each) => each.likeness === 1).map(({ pod }) => ownerOf(world, pod).metadata.name),
  );
  return owners.size === 1;
}

/** Whether a pod declares a target port of the Service; also where it declares no ports at all. */
function servesPorts(pod: Pod, { spec }: Service): boolean {
  const declared = pod.spec.containers.flatMap(({ ports = [] }) => ports);
  return (
    pod.spec.hostNetwork !== true &&
    (declared.length === 0 ||
      (spec.ports ?? []).some((port) => {
        const target = targetPortOf(port, pod);
        return declared.some(
          ({ containerPort, protocol = 'TCP' }) =>
            containerPort === target && protocol === (port.protocol ?? 'TCP'),
        );
      }))
  );
}

/** Whether a label of the pod holds a value of the selector, one within the other, or one that is nearly it. */
function isAlike({ metadata }: Pod, selector: Labels): boolean {
  return Object.entries(selector).some(([key, value]) => {
    const own = metadata.labels?.[key]?.toLowerCase();
    const wanted = value.toLowerCase();
    if (own === undefined) return false;
    // Another letter is another name where there are no more.
    const isTypo = wanted.length > 2 && nearestName(wanted, [own]) !== undefined;
    return own.includes(wanted) || wanted.includes(own) || isTypo;
  });
}
