import { findService } from '../../intent/service-index.ts';
import type { Pod, Service, ServicePort } from '../../world/kubernetes/objects.ts';
import { targetPortOf } from '../../world/expected-slices.ts';
import { selectedPods } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { withServiceFollowed } from '../follow-objects.ts';

/** A targetPort is a name that no container of the selected pods declares. */
export const targetPortNamed: Check = defineCheck({
  id: 'service/target-port-named',
  asserts: 'every targetPort that is a name is declared by every selected pod',
  faults: ['S04', 'S05'],
  needs: ['service', 'pods'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const pods = selectedPods(world, service);
    for (const [index, port] of (service.spec.ports ?? []).entries()) {
      if (typeof port.targetPort !== 'string' || pods.length === 0) continue;
      const lacking = pods.filter((pod) => targetPortOf(port, pod) === undefined);
      const [first] = lacking;
      if (!first) continue;
      const near = declared(first, port);
      const { namespace, name } = service.metadata;
      const isNumber = /^\d+$/.test(port.targetPort);
      const right = isNumber ? Number(port.targetPort) : near[0]?.containerPort;
      yield {
        severity: lacking.length === pods.length ? 'error' : 'warning',
        subject: `Service ${namespace}/${name}`,
        faults: isNumber ? ['S05', 'S04'] : ['S04'],
        summary: `targetPort "${port.targetPort}" is the name of no ${port.protocol ?? 'TCP'} port of ${lacking.length === pods.length ? 'the selected pods' : `${lacking.length} of ${pods.length} selected pods`}${isNumber ? '; in quotes a number is a name' : ''}${near.length > 0 ? `; they declare ${near.map(({ name: own, containerPort }) => `${own ?? 'unnamed'} = ${containerPort}`).join(', ')}` : ''}`,
        evidence: [
          {
            ...world.locate(service, `spec.ports[${index}].targetPort`),
            text: `targetPort: "${port.targetPort}"`,
          },
          {
            ...world.locate(first, 'spec.containers'),
            text: `pod ${first.metadata.name} declares ${near.map(({ name: own }) => own ?? 'an unnamed port').join(', ') || 'no port'}`,
          },
        ],
        remedy: {
          text:
            right === undefined
              ? 'name the port in the pod template, or use its number'
              : `use ${right}, or name the port in the pod template`,
          commands:
            right === undefined
              ? []
              : [
                  `kubectl -n ${namespace} patch service ${name} --type=json -p '[{"op":"replace","path":"/spec/ports/${index}/targetPort","value":${right}}]'`,
                ],
        },
        ...(right === undefined
          ? {}
          : {
              repair: (before) => withTargetPort(before, service, index, right),
            }),
      };
    }
  },
});

/** `world` with the target of the port at `index` changed; the Service is looked up anew, for another repair may have changed it. */
function withTargetPort(world: World, { metadata }: Service, index: number, targetPort: number): World {
  const service = findService(world, `${metadata.namespace}/${metadata.name}`);
  if (service === undefined) return world;
  const ports = (service.spec.ports ?? []).map((each, at) => (at === index ? { ...each, targetPort } : each));
  return withServiceFollowed(world, { ...service, spec: { ...service.spec, ports } });
}

/** The ports of the Service port's protocol that `pod` declares. */
function declared(pod: Pod, { protocol = 'TCP' }: ServicePort): { name?: string; containerPort: number }[] {
  return pod.spec.containers
    .flatMap(({ ports = [] }) => ports)
    .filter((port) => (port.protocol ?? 'TCP') === protocol);
}
