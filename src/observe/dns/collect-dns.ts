import { type DnsObservation, type ObservationPoint, observationFormats } from '../../model/observation.ts';
import { randomBytes } from 'node:crypto';
import { recogniseSource } from '../../snapshot/recognise.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { Collected } from '../collected.ts';
import { inParallel } from '../in-parallel.ts';
import type { AccessFailure, ClusterAccess, ContainerName, Patience } from '../kubernetes/cluster-access.ts';
import type { ShellAccess } from '../shell/share-execs.ts';
import { askOverStream } from './ask-over-stream.ts';
import { bareName } from './dns-message.ts';
import { type ServerQuestion, nslookupScript, readNslookups } from './nslookup-script.ts';
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

const REPLICAS_AT_ONCE = 8;
/** Questions × servers can be many; more than this of one vantage says nothing new. */
const MOST_QUESTIONS = 60;

/**
 * Asks each replica directly, over TCP by port-forward from this machine, and the addresses that clients ask from inside, where a pod has
 * `nslookup`. A server that does not answer is an answer; that nobody could ask is a gap.
 */
export async function collectDns(access: ShellAccess, asked: DnsQuestions): Promise<Collected> {
  const { questions, replicas, servers, inside, ...patience } = asked;
  const failures = new Map<string, AccessFailure>();
  const note =
    (where: string) =>
    (failure: AccessFailure): [] => {
      failures.set(where, failure);
      return [];
    };
  const few = questions.slice(0, MOST_QUESTIONS);
  const ofServers = few.flatMap((question) => servers.map((server) => ({ ...question, server })));
  const [direct, within] = await Promise.all([
    inParallel(replicas, REPLICAS_AT_ONCE, (replica) =>
      askReplica(access, replica, few, patience, note(`port-forward to ${replica.namespace}/${replica.pod}`)),
    ),
    Promise.all(
      (ofServers.length === 0 ? [] : inside).map((point) =>
        askInside(
          access,
          point,
          ofServers.slice(0, MOST_QUESTIONS),
          patience,
          note(`exec in ${point.at.namespace}/${point.at.pod}`),
        ),
      ),
    ),
  ]);
  const items = [...direct, ...within].flat();
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
type Note = (failure: AccessFailure) => [];

async function askReplica(
  access: ClusterAccess,
  { namespace, pod, address, port }: DnsReplica,
  questions: readonly Question[],
  patience: Patience,
  note: Note,
): Promise<DnsObservation[]> {
  const ports = questions.map(() => port);
  const streams = await access.forwardPorts({ namespace, pod }, ports, patience);
  // No way to the pod says nothing of the server.
  if (!streams.ok) return note(streams.failure);
  return await Promise.all(
    streams.value.map(async (stream, index): Promise<DnsObservation> => {
      const { name, type } = questions[index] as Question;
      const answer = await askOverStream(stream, { name, type, timeoutMs: patience.timeoutMs });
      return {
        from: { kind: 'machine', via: 'port-forward' },
        server: { address, pod: `${namespace}/${pod}` },
        protocol: 'tcp',
        name: bareName(name),
        type,
        ...answer,
      };
    }),
  );
}

async function askInside(
  access: ShellAccess,
  { at, from }: InsidePoint,
  asked: readonly ServerQuestion[],
  patience: Patience,
  note: Note,
): Promise<DnsObservation[]> {
  const marker = `@${randomBytes(8).toString('hex')}`;
  const questions = asked.map(({ name, ...rest }) => ({ ...rest, name: bareName(name) }));
  const ran = await access.runScript(at, nslookupScript(questions, marker), patience);
  if (!ran.ok) return note(ran.failure);
  const said = readNslookups(Buffer.from(ran.value.stdout).toString(), questions, marker);
  if (said.every((text) => text === undefined))
    return note(ran.value.cutBy ?? { kind: 'no-program', message: 'the image has no nslookup' });
  return questions.flatMap(({ name, type, server }, index) => {
    const text = said[index];
    if (text === undefined) return [];
    return [
      {
        from: { ...from, via: 'exec nslookup' },
        server: { address: server },
        protocol: 'udp' as const,
        name,
        type,
        ...parseNslookup(text, type),
      },
    ];
  });
}

/** Observations as a source of a snapshot, which offline reads as live did. */
export function observationSource(path: string, schema: string, items: readonly object[]): Source {
  const bytes = Buffer.from(`${JSON.stringify({ schema, items }, undefined, 1)}\n`);
  return { ...recogniseSource(path, bytes), path, bytes, readAt: new Date().toISOString() };
}
