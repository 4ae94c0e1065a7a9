import { compareAnswer } from '../../dns/compare-answer.ts';
import { expectAnswer } from '../../dns/expect-answer.ts';
import type { RecordType } from '../../dns/answer.ts';
import { formatIp, parseIp } from '../../model/address.ts';
import type { DnsObservation } from '../../model/observation.ts';
import { parseProtocol } from '../../model/protocol.ts';
import { lastChange, secondsOf } from '../../verify/last-change.ts';
import { verifyService } from '../../verify/verify-service.ts';
import { askedOf } from '../../world/asked-of.ts';
import { findDnsService } from '../../world/find-dns-service.ts';
import type { Service } from '../../world/kubernetes/objects.ts';
import { isRead } from '../../world/is-read.ts';
import { perWorld } from '../../world/per-world.ts';
import { readClusterDns } from '../../world/read-cluster-dns.ts';
import type { World } from '../../world/world.ts';
import { zoneContentsOf } from '../../world/zone-contents.ts';
import { type Check, defineCheck } from '../check.ts';
import { resolverAstray } from '../resolver-astray.ts';

/** The `cache` of the Corefile that kubeadm writes, and what a watch takes. *Source:* https://coredns.io/plugins/cache/. */
const CACHE_SECONDS = 35;

/** NodeLocal DNS listens on link-local addresses. */
const LINK_LOCAL = /^169\.254\./;

const contentsOf = perWorld((world) => zoneContentsOf(world, readClusterDns(world).searched.domain));

/** DNS servers were asked for the Service's name and did not answer as the specification promises. */
export const nameAnswered: Check = defineCheck({
  id: 'observed/name-answered',
  asserts: 'the DNS servers that were asked answer the name of the Service as promised',
  faults: ['D09', 'D06', 'D10', 'D16', 'F02', 'D03'],
  needs: ['service', 'services', 'dnsAnswers'],
  *run({ world, subject: { service, from } }) {
    if (!service) return;
    // What a client asks in the place of the cluster's DNS owes no answer: dns/client-resolver tells of it.
    const astray = resolverAstray(world, from)?.nameservers;
    const observations = askedOf(world, service).filter(
      ({ server }) => astray?.includes(server.address) !== true,
    );
    if (observations.length === 0) return;
    const contents = contentsOf(world);
    const asked = observations.map((observation) => {
      const namespace = observation.name.split('.')[1] ?? '';
      const problem = isRead(world, 'services', namespace)
        ? compareAnswer(expectAnswer(contents, observation.name, observation.type as RecordType), observation)
        : withoutObject(world, observation);
      return { observation, problem };
    });
    const wrong = asked.flatMap(({ observation, problem }) =>
      problem === undefined ? [] : [{ observation, problem }],
    );
    const [first] = wrong;
    if (first === undefined) return;
    const { name, server } = first.observation;
    const isSilent = wrong.every(({ observation }) => observation.outcome !== 'answered');
    const isNodeLocal = wrong.every(({ observation }) => LINK_LOCAL.test(observation.server.address));
    const who = server.pod === undefined ? server.address : `${server.address} (${server.pod})`;
    const isLostOnTheWay = isSilent && wrong.every(({ observation }) => failsOnTheWay(world, observation));
    const mayBeCached =
      wrong.every(({ observation }) => observation.outcome === 'answered') && isYoung(world, service);
    yield {
      severity: mayBeCached || isLostOnTheWay ? 'info' : 'error',
      subject: `Service ${service.metadata.namespace}/${service.metadata.name}`,
      faults: isNodeLocal ? ['D16', 'D17'] : isSilent ? ['D06', 'F02', 'D16', 'D04'] : ['D09', 'D10', 'D03'],
      ...(mayBeCached || isLostOnTheWay
        ? {}
        : { share: wrong.length === asked.length ? ([1, 1] as const) : ([0, 1] as const) }),
      summary: `asked for ${name}, ${who} ${first.problem}${wrong.length > 1 ? `; so did ${wrong.length - 1} more of ${asked.length} answers` : asked.length > 1 ? `; the other ${asked.length - 1} answers are right` : ''}${mayBeCached ? '; the Service changed a moment ago, and servers may keep an answer for half a minute' : ''}${isLostOnTheWay ? `; packets of ${placeOf(first.observation)} to it are lost on the way that was read` : ''}`,
      evidence: wrong.slice(0, 3).map(({ observation, problem }) => ({
        source: observation.source,
        text: `${observation.name} ${observation.type} of ${observation.server.address}/${observation.protocol} by ${observation.from.via}: ${problem}`,
      })),
      remedy: {
        text: 'see what the DNS servers say of themselves',
        commands: [
          'kubectl -n kube-system logs -l k8s-app=kube-dns --tail 50',
          `plumb dns ${service.metadata.name} -n ${service.metadata.namespace}`,
        ],
      },
    };
  },
});

/**
 * Whether the packets of whoever asked do not all come to the DNS Service and back, by its ports and the rules and routes that were read: then
 * what is told of that way tells why nobody answered.
 */
function failsOnTheWay(world: World, { from, server, protocol }: DnsObservation): boolean {
  const dns = findDnsService(world);
  if (dns === undefined || from.node === undefined) return false;
  const own = verifyService(world, dns, { port: 53 }).filter(
    ({ expectation: { frontend } }) => formatIp(frontend.address) === server.address,
  );
  const asked = own.filter(({ expectation: { frontend } }) => frontend.protocol === parseProtocol(protocol));
  const isLost = asked.some(
    ({ expectation: { vantage }, works }) =>
      vantage.node === from.node && vantage.kind === from.kind && works[1] < 1 - 1e-6,
  );
  return isLost || (own.length > 0 && asked.length === 0);
}

function placeOf({ from }: DnsObservation): string {
  return from.kind === 'node' ? `${from.node}` : `pods on ${from.node}`;
}

/** Whether `service` changed so lately that a server may still answer what was right before. */
function isYoung(world: World, { metadata }: Service): boolean {
  const changed = lastChange(world, `${metadata.namespace}/${metadata.name}`);
  const now = secondsOf(world.now);
  return changed !== undefined && now !== undefined && now - changed <= CACHE_SECONDS;
}

/** `kubernetes.default` is there in every cluster, with an address of the cluster's first family; the address is known only where its Service was read. */
function withoutObject(
  world: World,
  { outcome, rcode = 'NOERROR', records = [], type }: DnsObservation,
): string | undefined {
  const any = { by: 'upstream', rcode: 'NOERROR', records: [], because: '' } as const;
  if (outcome !== 'answered') return compareAnswer(any, { outcome });
  if (records.length > 0 || (rcode === 'NOERROR' && type !== firstTypeOf(world))) return undefined;
  return `answered ${rcode === 'NOERROR' ? 'without an address' : rcode}`;
}

/** The type of the addresses of the cluster's first family, as the DNS Service's first address tells it. */
function firstTypeOf(world: World): RecordType | undefined {
  const address = parseIp(findDnsService(world)?.spec.clusterIP ?? '');
  if (address === undefined) return undefined;
  return typeof address === 'number' ? 'A' : 'AAAA';
}
