import { type Check, defineCheck } from '../check.ts';
import { hasPort } from '../has-port.ts';

/** The port asked for is none of the Service's ports. */
export const portAsked: Check = defineCheck({
  id: 'service/port-asked',
  asserts: 'the port that clients ask for is one of the Service’s ports',
  faults: ['S06'],
  needs: ['service'],
  *run({ world, subject }) {
    const { service, port } = subject;
    if (!service || port === undefined) return;
    const ports = service.spec.ports ?? [];
    if (hasPort(service.spec, port)) return;
    const { namespace, name } = service.metadata;
    const target = ports.find(({ targetPort }) => String(targetPort) === String(port));
    const list = ports
      .map((each) => `${each.port}${each.name === undefined ? '' : ` (${each.name})`}`)
      .join(', ');
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      summary: `${port} is no port of ${namespace}/${name}: ${target ? `${port} is the targetPort behind port ${target.port}` : `it has ${list || 'none'}`}`,
      evidence: [{ ...world.locate(service, 'spec.ports'), text: `ports ${list}` }],
      share: [1, 1],
      remedy: {
        text: `connect to port ${target?.port ?? ports[0]?.port ?? '?'}, or add ${port} to the Service`,
        commands: [`kubectl -n ${namespace} get service ${name} -o wide`],
      },
    };
  },
});
