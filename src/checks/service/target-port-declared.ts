import { targetPortOf } from '../../world/expected-slices.ts';
import { selectedPods } from '../../world/select-pods.ts';
import { type Check, defineCheck } from '../check.ts';

/** Every selected pod declares ports, and none of them the target port: whether anybody listens there was not seen. */
export const targetPortDeclared: Check = defineCheck({
  id: 'service/target-port-declared',
  asserts: 'the target port is one that the pods declare, where they declare any',
  faults: ['S03', 'P02'],
  needs: ['service', 'pods'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const pods = selectedPods(world, service);
    for (const [index, port] of (service.spec.ports ?? []).entries()) {
      const { protocol = 'TCP' } = port;
      const declared = pods.map(({ spec }) =>
        spec.containers
          .flatMap(({ ports = [] }) => ports)
          .filter((each) => (each.protocol ?? 'TCP') === protocol),
      );
      const [pod] = pods;
      const number = pod && targetPortOf(port, pod);
      if (!pod || number === undefined || declared.some((ports) => ports.length === 0)) continue;
      if (declared.some((ports) => ports.some(({ containerPort }) => containerPort === number))) continue;
      const { namespace, name } = service.metadata;
      const right = [...new Set(declared.flat().map(({ containerPort }) => containerPort))];
      const isProbed = pods.every(({ spec }) =>
        spec.containers.some(({ readinessProbe }) =>
          right.includes(Number(readinessProbe?.httpGet?.port ?? readinessProbe?.tcpSocket?.port)),
        ),
      );
      yield {
        severity: 'warning',
        subject: `Service ${namespace}/${name}`,
        share: isProbed ? [0, 1] : [0, 0],
        summary: `port ${port.port} of ${namespace}/${name} leads to ${number}, which no pod declares: they declare ${right.join(', ')}${isProbed ? ' and answer their readiness probe there' : ''}`,
        evidence: [
          { ...world.locate(service, `spec.ports[${index}].targetPort`), text: `targetPort: ${number}` },
          {
            ...world.locate(pod, 'spec.containers'),
            text: `pod ${pod.metadata.name} declares ${right.join(', ')}`,
          },
        ],
        remedy: {
          text: `see whether the pods listen on ${number}; if not, set targetPort to ${right.join(' or ')}`,
          commands: [
            `kubectl -n ${namespace} exec ${pod.metadata.name} -- ss -lnt`,
            `kubectl -n ${namespace} patch service ${name} --type=json -p '[{"op":"replace","path":"/spec/ports/${index}/targetPort","value":${right[0]}}]'`,
          ],
        },
      };
    }
  },
});
