import { randomBytes } from 'node:crypto';
import type { ObservationPoint, ProbeObservation } from '../../model/observation.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { ContainerName, Patience } from '../kubernetes/cluster-access.ts';
import type { LiveSubject } from '../kubernetes/readings-of.ts';
import type { ShellAccess } from '../shell/share-execs.ts';
import { isAddress, probedService, probedSlices, readyAddressesOf } from './probed-objects.ts';
import { udpQuestion } from './udp-question.ts';
import { type UdpAsked, type UdpTarget, readUdpAnswers, udpScript } from './udp-script.ts';

/** More say nothing new, and cost the cluster. */
const MOST_FRONTENDS = 4;
const MOST_ENDPOINTS = 4;

/**
 * The addresses of the Service asked about at which something is spoken by UDP that is always answered, with the ready endpoints behind each. The cluster's DNS is left
 * out: it is asked for names.
 */
export function udpAskedOf(objects: readonly Source[], subject: LiveSubject): readonly UdpAsked[] {
  const object = probedService(objects, subject);
  if (object === undefined || object.metadata.labels?.['k8s-app'] === 'kube-dns') return [];
  const slices = probedSlices(objects, subject);
  let index = 0;
  const target = (address: string, port: number): UdpTarget => ({ index: index++, address, port });
  const { clusterIP, clusterIPs = [], ports = [] } = object.spec;
  const addresses = [...new Set([clusterIP, ...clusterIPs])].filter(isAddress);
  return ports
    .flatMap((port) => {
      const question = port.protocol === 'UDP' ? udpQuestion(port) : undefined;
      if (question === undefined) return [];
      return addresses.map((address): UdpAsked => {
        const endpoints = slices
          .filter((slice) => slice.addressType === undefined || isSameFamily(slice.addressType, address))
          .flatMap((slice) =>
            (slice.ports ?? [])
              .filter(
                ({ name = '', protocol, port: number }) =>
                  number !== undefined && protocol === 'UDP' && name === (port.name ?? ''),
              )
              .flatMap(({ port: number = 0 }) => readyAddressesOf(slice).map((each) => target(each, number))),
          );
        return {
          question,
          frontend: target(address, port.port),
          endpoints: endpoints.slice(0, MOST_ENDPOINTS),
        };
      });
    })
    .slice(0, MOST_FRONTENDS);
}

function isSameFamily(addressType: string, address: string): boolean {
  return (addressType === 'IPv6') === address.includes(':');
}

/** What came back where `asked` was asked from a container; nothing where its image cannot. */
export async function askByUdp(
  access: ShellAccess,
  at: ContainerName,
  from: Omit<ObservationPoint, 'via'>,
  asked: readonly UdpAsked[],
  patience: Patience,
): Promise<ProbeObservation[]> {
  if (asked.length === 0) return [];
  const marker = `@${randomBytes(8).toString('hex')}`;
  const ran = await access.runScript(at, udpScript(asked, marker), patience);
  if (!ran.ok) return [];
  const answers = readUdpAnswers(Buffer.from(ran.value.stdout).toString(), marker);
  return asked
    .flatMap(({ frontend, endpoints }) => [frontend, ...endpoints])
    .flatMap(({ index, address, port }) => {
      const results = answers.get(index);
      return results === undefined
        ? []
        : [{ from: { ...from, via: 'exec' }, address, port, protocol: 'udp' as const, results }];
    });
}
