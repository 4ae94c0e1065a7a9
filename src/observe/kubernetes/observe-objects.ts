import type { Gap } from '../../model/evidence.ts';
import { sourceOfJson } from '../../snapshot/json-of.ts';
import { cleanObject } from '../../snapshot/redact.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import { type Collected, joinCollected } from '../collected.ts';
import { inParallel } from '../in-parallel.ts';
import type { AccessFailure, Attempt, ClusterAccess, Patience } from './cluster-access.ts';
import { type ListPage, listObjects } from './list-objects.ts';
import { packedSource } from './packed-source.ts';
import { slimRoute } from './slim-route.ts';
import { type Shared, slimPod } from './slim-pod.ts';
import { RESOURCES, type Reading, pathOf } from './resources.ts';

/** At most so many lists are asked for at once. */
const MOST_AT_ONCE = 8;

/** What came of reading API objects. */
export interface Observed extends Collected {
  /** Why each reading that failed did. */
  readonly failures: readonly AccessFailure[];
}

/** How objects are read. */
export interface ObjectOptions extends Patience {
  /** Lists are kept packed, to be written and not to be judged. */
  readonly isPacked?: boolean;
}

/** Reads the objects of `readings`, redacted, as sources; what could not be had is a gap with the right that it takes. */
export async function observeObjects(
  access: Pick<ClusterAccess, 'getJson'>,
  readings: readonly Reading[],
  options: ObjectOptions,
): Promise<Observed> {
  const observed = await inParallel(readings, MOST_AT_ONCE, (reading) => observe(access, reading, options));
  return { ...joinCollected(observed), failures: observed.flatMap(({ failures }) => failures) };
}

async function observe(
  access: Pick<ClusterAccess, 'getJson'>,
  reading: Reading,
  options: ObjectOptions,
): Promise<Observed> {
  const answer =
    reading.name === undefined
      ? await listObjects(access, pathOf(reading), options, keeper(reading, options))
      : await readObject(access, reading, options);
  if (answer.ok) return { sources: answer.value, gaps: [], failures: [] };
  const { kind } = answer.failure;
  const isAbsent = kind === 'not-found' && reading.isOptional === true;
  if (isAbsent || reading.isExtra === true) return { sources: [], gaps: [], failures: [] };
  return { sources: [], gaps: [gapOf(reading, answer.failure)], failures: [answer.failure] };
}

async function readObject(
  access: Pick<ClusterAccess, 'getJson'>,
  reading: Reading,
  patience: Patience,
): Promise<Attempt<readonly Source[]>> {
  const answer = await access.getJson(pathOf(reading), patience);
  return answer.ok ? { ok: true, value: [sourceOf(reading, answer.value, 0, sourceOfJson)] } : answer;
}

/** From this page on parts that are alike are shared: before it costs more time than it saves memory. */
const SHARED_FROM_PAGE = 10;

/** Makes the source of each page of a list: of pods and of routes what is judged by, in one way or the other small enough that all may be held. */
function keeper(
  reading: Reading,
  { isPacked = false }: ObjectOptions,
): (page: ListPage, index: number) => Source {
  const make = isPacked ? packedSource : sourceOfJson;
  if (reading.isExtra === true)
    return (page, index) =>
      sourceOf(reading, { ...page, items: (page.items ?? []).map(slimRoute) }, index, make);
  if (reading.resource !== 'pods') return (page, index) => sourceOf(reading, page, index, make);
  const shared: Shared = new Map();
  return (page, index) => {
    const parts = isPacked || index < SHARED_FROM_PAGE ? undefined : shared;
    const items = (page.items ?? []).map((pod) => slimPod(pod as Readonly<Record<string, unknown>>, parts));
    return sourceOf(reading, { ...page, items }, index, make);
  };
}

function sourceOf(
  { resource, namespace, name }: Reading,
  document: unknown,
  index: number,
  make: typeof sourceOfJson,
): Source {
  const folder = namespace === undefined ? 'cluster' : `cluster/${namespace}`;
  const file = name === undefined ? resource : `${resource}-${name}`;
  cleanObject(document);
  return make(document, {
    path: `${folder}/${file}${index === 0 ? '' : `-${index + 1}`}.json`,
    kind: 'kubernetes',
    readAt: new Date().toISOString(),
    ...(RESOURCES[resource].isNamespaced && namespace !== undefined ? { namespaces: [namespace] } : {}),
  });
}

function gapOf(reading: Reading, { kind, message }: AccessFailure): Gap {
  const { resource, namespace, name } = reading;
  const where = namespace === undefined ? '' : ` of namespace ${namespace}`;
  return {
    what: `${resource}${name === undefined ? '' : ` ${name}`}${where}`,
    why: kind === 'forbidden' ? `may not be read: ${message}` : message,
    unlock: kind === 'forbidden' ? grantFor(reading) : 'ask again when the API server answers',
  };
}

/** The smallest grant that lets `reading` be read, as kubectl makes it. */
function grantFor({ resource, namespace, name }: Reading): string {
  const verbs = name === undefined ? 'list' : 'get';
  const group = RESOURCES[resource].group.startsWith('/apis/')
    ? `.${RESOURCES[resource].group.split('/')[2]}`
    : '';
  const only = name === undefined ? '' : ` --resource-name=${name}`;
  return namespace === undefined
    ? `kubectl create clusterrole plumb-${resource} --verb=${verbs} --resource=${resource}${group}`
    : `kubectl -n ${namespace} create role plumb-${resource} --verb=${verbs} --resource=${resource}${group}${only}`;
}
