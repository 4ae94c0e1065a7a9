import { type IpFamily, familyOf } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import { distinctEndpoints } from '../../verify/distinct-endpoints.ts';
import type { World } from '../../world/world.ts';
import { type Check, type CheckInput, defineCheck } from '../check.ts';
import { connectionsTo } from '../connections-to.ts';

/** Fewer connections over one family say nothing of the other. */
const LEAST = 3;

/**
 * Clients were answered over one family only, although packets of both reach the endpoints. A program that listens on one family refuses the other, and
 * kernels keep no entry of a refusal; clients that look names up come by both.
 */
export const familiesAnswer: Check = defineCheck({
  id: 'endpoints/families-answer',
  asserts: 'clients were answered over each family of the Service, or over none',
  faults: ['P03', 'S11'],
  needs: ['service', 'verifications', 'endpointSlices', 'conntrack'],
  *run(input) {
    const { world, subject } = input;
    if (subject.isOneOfMany || !readsBothFamilies(world)) return;
    const [ipv4, ipv6] = (['IPv4', 'IPv6'] as const).map((family) => answeredOver(input, family));
    if (!ipv4 || !ipv6) return;
    const [silent, heard] = ipv4.answers === 0 ? [ipv4, ipv6] : [ipv6, ipv4];
    if (silent.answers > 0 || heard.answers < LEAST) return;
    const { namespace, name } = subject;
    yield {
      severity: 'warning',
      subject: `Service ${namespace}/${name}`,
      share: [0, 1],
      summary: `${heard.answers} connections over ${heard.family} were answered, and none over ${silent.family}, although packets of both reach the endpoints: see whether the pods listen on ${silent.family}`,
      evidence: [
        {
          source: 'connection tables of the nodes',
          text: `${heard.answers} answered connections to endpoints of ${heard.family}, 0 of ${silent.family}`,
        },
      ],
      remedy: {
        text: `let the program listen on every address (:: in place of 0.0.0.0), or make the Service ${heard.family} only`,
        commands: silent.pod === undefined ? [] : [`kubectl -n ${namespace} exec ${silent.pod} -- ss -lnt`],
      },
    };
  },
});

interface Answered {
  readonly family: IpFamily;
  readonly answers: number;
  /** The name of a pod behind the Service. */
  readonly pod?: string;
}

/** How many TCP connections to endpoints of `family` were answered; undefined where packets to them do not all arrive, or there are none. */
function answeredOver({ world, verifications }: CheckInput, family: IpFamily): Answered | undefined {
  const own = verifications.filter(
    ({ expectation: { frontend, outcome } }) =>
      outcome === 'endpoints' && frontend.protocol === PROTOCOL.tcp && familyOf(frontend.address) === family,
  );
  if (own.length === 0 || own.some(({ works }) => works[0] < 1 - 1e-6)) return undefined;
  const endpoints = [...distinctEndpoints(own).values()];
  const answers = endpoints.reduce(
    (sum, endpoint) => sum + connectionsTo(world, endpoint).filter(({ entry }) => !entry.isUnreplied).length,
    0,
  );
  const [pod] = endpoints.flatMap((endpoint) => endpoint.pod?.split('/')[1] ?? []);
  return { family, answers, ...(pod === undefined ? {} : { pod }) };
}

/** Whether the tables that were read hold connections of both families. */
function readsBothFamilies({ nodeStates }: World): boolean {
  const entries = [...nodeStates.values()].flatMap(({ conntrack = [] }) => conntrack);
  return (['IPv4', 'IPv6'] as const).every((family) =>
    entries.some(({ original }) => familyOf(original.source) === family),
  );
}
