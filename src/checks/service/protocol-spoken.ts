import { targetPortOf } from '../../world/expected-slices.ts';
import { selectedPods } from '../../world/select-pods.ts';
import { type Check, defineCheck } from '../check.ts';
import { withServiceFollowed } from '../follow-objects.ts';

/** The pods declare the target port, but for another protocol than the Service's. */
export const protocolSpoken: Check = defineCheck({
  id: 'service/protocol-spoken',
  asserts: 'a target port that pods declare is declared for the Service’s protocol',
  faults: ['S07'],
  needs: ['service', 'pods'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const [pod] = selectedPods(world, service);
    if (!pod) return;
    for (const [index, port] of (service.spec.ports ?? []).entries()) {
      const number = targetPortOf(port, pod);
      const declared = pod.spec.containers
        .flatMap(({ ports = [] }) => ports)
        .filter(({ containerPort }) => containerPort === number);
      const protocols = declared.map(({ protocol = 'TCP' }) => protocol);
      const { protocol = 'TCP' } = port;
      const [right] = protocols;
      if (right === undefined || protocols.includes(protocol)) continue;
      const { namespace, name } = service.metadata;
      const isServed =
        service.spec.ports?.some(
          (other) => other !== port && other.protocol === right && targetPortOf(other, pod) === number,
        ) === true;
      const ports = (service.spec.ports ?? []).map((each) =>
        each === port ? { ...each, protocol: right } : each,
      );
      yield {
        severity: isServed ? 'warning' : 'error',
        subject: `Service ${namespace}/${name}`,
        share: isServed ? [0, 0] : [service.spec.ports?.length === 1 ? 1 : 0, 1],
        summary: `port ${port.port} of ${namespace}/${name} is ${protocol}, but the pods declare ${number} for ${protocols.join(' and ')}`,
        evidence: [
          {
            ...world.locate(service, `spec.ports[${index}]`),
            text: `port ${port.port}, protocol ${protocol}`,
          },
          {
            ...world.locate(pod, 'spec.containers'),
            text: `pod ${pod.metadata.name} declares ${number}/${protocols.join(', ')}`,
          },
        ],
        remedy: {
          text: `set the protocol to ${right}`,
          commands: [
            `kubectl -n ${namespace} patch service ${name} --type=json -p '[{"op":"replace","path":"/spec/ports/${index}/protocol","value":"${right}"}]'`,
          ],
        },
        repair: (before) => withServiceFollowed(before, { ...service, spec: { ...service.spec, ports } }),
      };
    }
  },
});
