import { familyOf, parseIp } from '../../model/address.ts';
import { familiesOf } from '../../world/expected-slices.ts';
import { addressesOfPod, selectedPods } from '../../world/select-pods.ts';
import { type Check, defineCheck } from '../check.ts';

/** The Service has an address of a family in which none of its pods has one. */
export const families: Check = defineCheck({
  id: 'service/families',
  asserts: 'the pods have addresses of every family of the Service',
  faults: ['S11', 'E16'],
  needs: ['service', 'pods'],
  *run({ world, subject: { service } }) {
    if (!service || service.spec.type === 'ExternalName') return;
    const pods = selectedPods(world, service).filter((pod) => addressesOfPod(pod).length > 0);
    if (pods.length === 0) return;
    for (const family of familiesOf(service)) {
      const has = pods.some((pod) =>
        addressesOfPod(pod).some((text) => familyOf(parseIp(text) ?? 0) === family),
      );
      if (has) continue;
      const [pod] = pods;
      const { namespace, name } = service.metadata;
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        summary: `${namespace}/${name} is ${familiesOf(service).join(' and ')}, but none of its ${pods.length} pods has an ${family} address`,
        evidence: [
          {
            ...world.locate(service, 'spec.ipFamilies'),
            text: `ipFamilies ${(service.spec.ipFamilies ?? []).join(', ')}`,
          },
          ...(pod
            ? [
                {
                  ...world.locate(pod, 'status.podIPs'),
                  text: `pod ${pod.metadata.name} has ${addressesOfPod(pod).join(', ')}`,
                },
              ]
            : []),
        ],
        remedy: {
          text: 'make the Service of the family that the pods have, or the pods dual-stack',
          commands: [`kubectl -n ${namespace} get service ${name} -o jsonpath='{.spec.ipFamilies}'`],
        },
      };
    }
  },
});
