import type { Pod, Service } from '../../world/kubernetes/objects.ts';
import { ownerOf, selectedPods } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** Labels that name the application. */
const APPLICATION = ['app', 'app.kubernetes.io/name', 'k8s-app'];

/** The selector takes in pods of several workloads that do not run the same thing. */
export const oneApplication: Check = defineCheck({
  id: 'service/one-application',
  asserts: 'the selected pods run the same application',
  faults: ['S02'],
  needs: ['service', 'pods', 'workloads'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const selected = selectedPods(world, service);
    const byOwner = new Map<string, Pod>();
    for (const pod of selected) byOwner.set(ownerName(world, pod), pod);
    const programs = new Set([...byOwner.values()].map(programOf));
    if (byOwner.size < 2 || programs.size < 2) return;
    const { namespace, name } = service.metadata;
    const foreign = foreignPods(world, service, selected);
    const share = foreign.length / selected.length;
    yield {
      severity: share > 0 ? 'error' : 'warning',
      ...(share > 0 ? { share: [share, share] as const } : {}),
      subject: `Service ${namespace}/${name}`,
      summary: `the selector of ${namespace}/${name} takes in pods of ${[...byOwner.keys()].join(' and ')}, which run different images or ports`,
      evidence: [
        { ...world.locate(service, 'spec.selector'), text: JSON.stringify(service.spec.selector) },
        ...[...byOwner].map(([owner, pod]) => ({
          ...world.locate(pod, 'spec.containers'),
          text: `${owner}: ${programOf(pod)}`,
        })),
      ],
      remedy: {
        text: 'select a label that only the wanted workload has',
        commands: [`kubectl -n ${namespace} get pods --show-labels`],
      },
    };
  },
});

/**
 * The pods that are surely another application's: one workload carries the Service's name, and they run something else under another `app`
 * label. Empty where that is not so clear.
 */
function foreignPods(world: World, { metadata: { name } }: Service, selected: readonly Pod[]): Pod[] {
  const own = selected.find((pod) => ownerOf(world, pod).metadata.name === name);
  if (own === undefined) return [];
  return selected.filter(
    (pod) =>
      ownerOf(world, pod).metadata.name !== name &&
      programOf(pod) !== programOf(own) &&
      APPLICATION.some((key) => {
        const [theirs, ours] = [pod.metadata.labels?.[key], own.metadata.labels?.[key]];
        return theirs !== undefined && ours !== undefined && theirs !== ours;
      }),
  );
}

function ownerName(world: World, pod: Pod): string {
  const { kind, metadata } = ownerOf(world, pod);
  return `${kind} ${metadata.name}`;
}

/** What a pod runs: image names without tags, so that a canary is the same application, and declared ports. */
function programOf({ spec }: Pod): string {
  return spec.containers
    .map(({ image = '', ports = [] }) =>
      `${image.replace(/[:@][^/]*$/, '')} ${ports.map(({ containerPort, protocol = 'TCP' }) => `${containerPort}/${protocol}`).join(',')}`.trim(),
    )
    .sort()
    .join('; ');
}
