import type { Pod } from '../../world/kubernetes/objects.ts';
import { ownerOf, selectedPods } from '../../world/select-pods.ts';
import { type Check, defineCheck } from '../check.ts';

/** The selector takes in pods of several workloads that do not run the same thing. */
export const oneApplication: Check = defineCheck({
  id: 'service/one-application',
  asserts: 'the selected pods run the same application',
  faults: ['S02'],
  needs: ['service', 'pods', 'workloads'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const byOwner = new Map<string, Pod>();
    for (const pod of selectedPods(world, service)) {
      const { kind, metadata } = ownerOf(world, pod);
      byOwner.set(`${kind} ${metadata.name}`, pod);
    }
    const programs = new Set([...byOwner.values()].map(programOf));
    if (byOwner.size < 2 || programs.size < 2) return;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'warning',
      subject: `Service ${namespace}/${name}`,
      summary: `the selector of ${namespace}/${name} takes in pods of ${[...byOwner.keys()].join(' and ')}, which run different images and ports`,
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

/** What a pod runs: image names without tags, so that a canary is the same application, and declared ports. */
function programOf({ spec }: Pod): string {
  return spec.containers
    .map(({ image = '', ports = [] }) =>
      `${image.replace(/[:@][^/]*$/, '')} ${ports.map(({ containerPort, protocol = 'TCP' }) => `${containerPort}/${protocol}`).join(',')}`.trim(),
    )
    .sort()
    .join('; ');
}
