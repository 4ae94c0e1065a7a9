import { randomBytes } from 'node:crypto';
import { type ObservationPoint, type ProbeObservation, observationFormats } from '../../model/observation.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { Collected } from '../collected.ts';
import { insidePoints } from '../dns/inside-points.ts';
import { observationSource } from '../dns/collect-dns.ts';
import type { ContainerName, Patience } from '../kubernetes/cluster-access.ts';
import type { ShellAccess } from '../shell/share-execs.ts';
import { listed } from '../kubernetes/listed.ts';
import type { LiveSubject } from '../kubernetes/readings-of.ts';
import type { PodObject } from '../node/node-pods.ts';
import { askByUdp, udpAskedOf } from './ask-by-udp.ts';
import { probeFromHere } from './probe-from-here.ts';
import { type ProbeTarget, probeScript } from './probe-script.ts';
import { isAddress, probedService, probedSlices, readyAddressesOf } from './probed-objects.ts';
import { readProbes } from './read-probes.ts';

/** A frontend leads to several endpoints, so it is tried several times. */
const FRONTEND_TRIES = 3;
/** More frontends or endpoints say nothing new, and cost the cluster. */
const MOST_FRONTENDS = 4;
const MOST_ENDPOINTS = 10;
/** All tries of a place run at once and give up after three seconds. */
const PROBE_TIMEOUT_MS = 10_000;

/**
 * Tries TCP connections to the Service asked about and to its ready endpoints, from the client pod and from the nodes, where an image has a
 * shell and nc or curl, and from this machine to where it is reached from outside. Nothing is sent over them, unless the question asks for a path by HTTP. By UDP the Service is asked
 * where its port is known to speak what is always answered.
 */
export async function observeProbes(
  access: ShellAccess,
  objects: readonly Source[],
  subject: LiveSubject,
  patience: Patience,
): Promise<Collected> {
  const targets = targetsOf(objects, subject);
  const byUdp = udpAskedOf(objects, subject);
  if (targets.length === 0 && byUdp.length === 0) return { sources: [], gaps: [] };
  const points = insidePoints(listed<PodObject>(objects, 'pods'), subject.clientPod);
  const limited = { ...patience, timeoutMs: Math.min(patience.timeoutMs, PROBE_TIMEOUT_MS) };
  const [fromHere, answers, ...parts] = await Promise.all([
    probeFromHere(objects, subject),
    Promise.all(points.map(({ at, from }) => askByUdp(access, at, from, byUdp, limited))),
    ...points.map(({ at, from }) => probeFrom(access, at, from, targets, subject.httpPath, limited)),
  ]);
  const inside = parts.flatMap((part) => part.items);
  const items = [...inside, ...fromHere, ...answers.flat()];
  const sources =
    items.length > 0 ? [observationSource('probes/tcp.json', observationFormats.probes, items)] : [];
  if (inside.length > 0 || targets.length === 0) return { sources, gaps: [] };
  const why = parts.find((part) => part.why !== undefined)?.why ?? 'there is no pod to try them from';
  return {
    sources,
    gaps: [
      {
        what: 'connections to the Service',
        why,
        unlock: 'create on pods/exec, and --from-pod with a pod that has a shell and nc or curl',
      },
    ],
  };
}

async function probeFrom(
  access: ShellAccess,
  at: ContainerName,
  from: Omit<ObservationPoint, 'via'>,
  targets: readonly ProbeTarget[],
  httpPath: string | undefined,
  patience: Patience,
): Promise<{ items: ProbeObservation[]; why?: string }> {
  if (targets.length === 0) return { items: [] };
  const marker = `@${randomBytes(8).toString('hex')}`;
  const ran = await access.runScript(at, probeScript(targets, marker, httpPath), patience);
  const where = `${at.namespace}/${at.pod}`;
  if (!ran.ok) return { items: [], why: `${where}: ${ran.failure.message}` };
  const probed = readProbes(Buffer.from(ran.value.stdout).toString(), targets, marker);
  const items = probed.map(({ target: { address, port }, results, error, http }) => ({
    from: { ...from, via: 'exec' },
    address,
    port,
    protocol: 'tcp' as const,
    results,
    ...(error === undefined ? {} : { error }),
    ...(http === undefined ? {} : { http }),
  }));
  return items.length > 0 ? { items } : { items, why: `${where} has neither nc nor curl` };
}

/** The cluster addresses of the Service, and its ready endpoints. */
function targetsOf(objects: readonly Source[], subject: LiveSubject): ProbeTarget[] {
  const object = probedService(objects, subject);
  const isTcp = ({ protocol = 'TCP' }: { readonly protocol?: string }): boolean => protocol === 'TCP';
  const addresses = [...new Set([object?.spec.clusterIP, ...(object?.spec.clusterIPs ?? [])])].filter(
    isAddress,
  );
  const frontends = addresses.flatMap((address) =>
    (object?.spec.ports ?? []).filter(isTcp).map(({ port }) => ({ address, port, tries: FRONTEND_TRIES })),
  );
  const endpoints = probedSlices(objects, subject).flatMap((slice) =>
    readyAddressesOf(slice).flatMap((address) =>
      (slice.ports ?? [])
        .filter(isTcp)
        .flatMap(({ port }) => (port === undefined ? [] : [{ address, port, tries: 1 }])),
    ),
  );
  return [...frontends.slice(0, MOST_FRONTENDS), ...endpoints.slice(0, MOST_ENDPOINTS)];
}
