import { type DnsObservation, type ObservationPoint, observationFormats } from '../../model/observation.ts';
import { recogniseSource } from '../../snapshot/recognise.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { Collected } from '../collected.ts';
import { inParallel } from '../in-parallel.ts';
import type { AccessFailure, ClusterAccess, ContainerName, Patience } from '../kubernetes/cluster-access.ts';
import { askOverStream } from './ask-over-stream.ts';
import { bareName } from './dns-message.ts';
import { parseNslookup } from './parse-nslookup.ts';

/** A DNS server of the cluster: the pod, and the port its container listens on for TCP. */
export interface DnsReplica {
  readonly namespace: string;
  readonly pod: string;
  readonly address: string;
  readonly port: number;
}

/** A pod in which `nslookup` may be run. */
export interface InsidePoint {
  readonly at: ContainerName;
  readonly from: Omit<ObservationPoint, 'via'>;
}

/** What is asked, and of whom. */
export interface DnsQuestions extends Patience {
  /** In the order asked: `kubernetes.default` first tells whether DNS works at all. */
  readonly questions: readonly { readonly name: string; readonly type: string }[];
  readonly replicas: readonly DnsReplica[];
  /** Addresses that clients ask: the DNS Service's, those of a resolv.conf. */
  readonly servers: readonly string[];
  /** The client pod, and pods on nodes. */
  readonly inside: readonly InsidePoint[];
}

const QUESTIONS_AT_ONCE = 8;
/** Questions × servers × vantages can be many; more than this says nothing new. */
const MOST_QUESTIONS = 200;

/**
 * Asks each replica directly, over TCP by port-forward from this machine, and the addresses that clients ask from inside, where a pod has
 * `nslookup`. A server that does not answer is an answer; that nobody could ask is a gap.
 */
export async function collectDns(access: ClusterAccess, asked: DnsQuestions): Promise<Collected> {
  const { questions, replicas, servers, inside, ...patience } = asked;
  const failures = new Map<string, AccessFailure>();
  const note =
    (where: string) =>
    (failure: AccessFailure): undefined =>
      void failures.set(where, failure);
  const direct = questions.flatMap((question) =>
    replicas.map(
      (replica) => () =>
        askReplica(
          access,
          replica,
          question,
          patience,
          note(`port-forward to ${replica.namespace}/${replica.pod}`),
        ),
    ),
  );
  const within = questions.flatMap((question) =>
    inside.flatMap((point) =>
      servers.map(
        (server) => () =>
          askInside(
            access,
            point,
            server,
            question,
            patience,
            note(`exec in ${point.at.namespace}/${point.at.pod}`),
          ),
      ),
    ),
  );
  const given = await inParallel(
    [...direct, ...within].slice(0, MOST_QUESTIONS),
    QUESTIONS_AT_ONCE,
    async (ask) => await ask(),
  );
  const items = given.filter((each) => each !== undefined);
  const why = [...failures].map(([where, { message }]) => `${where}: ${message}`);
  return {
    sources: items.length === 0 ? [] : [observationSource('dns/answers.json', observationFormats.dns, items)],
    gaps:
      items.length > 0
        ? []
        : [
            {
              what: 'the answers of DNS servers',
              why: why[0] ?? 'no DNS server was found that could be asked',
              unlock: 'create on pods/portforward in kube-system, or create on pods/exec for a client pod',
            },
          ],
  };
}

type Question = DnsQuestions['questions'][number];
type Note = (failure: AccessFailure) => undefined;

async function askReplica(
  access: ClusterAccess,
  { namespace, pod, address, port }: DnsReplica,
  { name, type }: Question,
  patience: Patience,
  note: Note,
): Promise<DnsObservation | undefined> {
  const stream = await access.portForward({ namespace, pod }, port, patience);
  // No way to the pod says nothing of the server.
  if (!stream.ok) return note(stream.failure);
  const answer = await askOverStream(stream.value, { name, type, timeoutMs: patience.timeoutMs });
  return {
    from: { kind: 'machine', via: 'port-forward' },
    server: { address, pod: `${namespace}/${pod}` },
    protocol: 'tcp',
    name: bareName(name),
    type,
    ...answer,
  };
}

async function askInside(
  access: ClusterAccess,
  { at, from }: InsidePoint,
  server: string,
  { name, type }: Question,
  patience: Patience,
  note: Note,
): Promise<DnsObservation | undefined> {
  // The dot keeps the search list out of it.
  const argv = ['nslookup', `-type=${type}`, `${bareName(name)}.`, server];
  const ran = await access.exec(at, argv, { ...patience, maxBytes: 65_536 });
  if (!ran.ok) return note(ran.failure);
  const said = `${Buffer.from(ran.value.stdout).toString()}\n${ran.value.stderr}`;
  const answer = parseNslookup(said, type);
  return {
    from: { ...from, via: 'exec nslookup' },
    server: { address: server },
    protocol: 'udp',
    name: bareName(name),
    type,
    ...answer,
  };
}

/** Observations as a source of a snapshot, which offline reads as live did. */
export function observationSource(path: string, schema: string, items: readonly object[]): Source {
  const bytes = Buffer.from(`${JSON.stringify({ schema, items }, undefined, 1)}\n`);
  return { ...recogniseSource(path, bytes), path, bytes, readAt: new Date().toISOString() };
}
