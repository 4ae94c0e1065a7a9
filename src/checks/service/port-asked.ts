import { isHeard } from '../../dataplane/sockets/listens-on.ts';
import { parseIp } from '../../model/address.ts';
import { parseProtocol } from '../../model/protocol.ts';
import type { Service } from '../../world/kubernetes/objects.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { hasPort } from '../has-port.ts';
import { isOnDummy } from '../ipvs-dummy.ts';

/** The port asked for is none of the Service's ports. */
export const portAsked: Check = defineCheck({
  id: 'service/port-asked',
  asserts: 'the port that clients ask for is one of the Service’s ports',
  faults: ['S06', 'R16'],
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
    const answering = nodesAnswering(world, service, port);
    yield {
      severity: 'error',
      ...(answering.length > 0 ? { faults: ['S06', 'R16'] } : { faults: ['S06'] }),
      subject: `Service ${namespace}/${name}`,
      summary: `${port} is no port of ${namespace}/${name}: ${target ? `${port} is the targetPort behind port ${target.port}` : `it has ${list || 'none'}`}${answering.length > 0 ? `; what answers there is a process of ${answering.join(', ')} itself, which has the cluster IP in IPVS mode and listens on ${port} of all its addresses` : ''}`,
      evidence: [{ ...world.locate(service, 'spec.ports'), text: `ports ${list}` }],
      share: [1, 1],
      remedy: {
        text: `connect to port ${target?.port ?? ports[0]?.port ?? '?'}, or add ${port} to the Service`,
        commands: [`kubectl -n ${namespace} get service ${name} -o wide`],
      },
    };
  },
});

/** Nodes that have the cluster IP on an interface of their own, as in IPVS mode, and a process that takes what comes to the port asked for. */
function nodesAnswering({ nodeStates }: World, { spec }: Service, asked: number | string): string[] {
  const address = parseIp(spec.clusterIP ?? '');
  const port = Number(asked);
  if (address === undefined || !Number.isInteger(port)) return [];
  return [...nodeStates.values()]
    .filter(
      (state) =>
        isOnDummy(state, address) &&
        isHeard(state.sockets ?? [], { address, port, protocol: parseProtocol('TCP') ?? 6 }) === true,
    )
    .map(({ name }) => name);
}
