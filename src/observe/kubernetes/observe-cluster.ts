import { setImmediate as nextTurn } from 'node:timers/promises';
import { UserError } from '../../model/user-error.ts';
import type { Snapshot, Source } from '../../snapshot/snapshot.ts';
import { type Collected, joinCollected } from '../collected.ts';
import { observeDns } from '../dns/observe-dns.ts';
import { readKubeletConfig } from '../node/read-kubelet-config.ts';
import { type CollectNodesOptions, collectNodes } from '../node/collect-nodes.ts';
import type { PodObject } from '../node/node-pods.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { readResolvConf } from '../dns/read-resolv-conf.ts';
import { connectionsOf } from '../probe/connections-of.ts';
import { observeProbes } from '../probe/observe-probes.ts';
import { shareExecs } from '../shell/share-execs.ts';
import { leadsOf } from './leads-of.ts';
import { listed } from './listed.ts';
import { mountedReadings } from './mounted-readings.ts';
import { observeLogs } from './observe-logs.ts';
import { type ObjectOptions, type Observed, observeObjects } from './observe-objects.ts';
import { type LiveSubject, needsAllServices, readingsOf } from './readings-of.ts';

/** How a cluster is observed. */
export interface ObserveOptions extends CollectNodesOptions, ObjectOptions {
  /** False where no connection may be tried. */
  readonly isProbing?: boolean;
  /** Is called when nodes and servers have been asked, and there is nothing to do but wait for them. */
  readonly onAsked?: () => void;
}

const nothing: Collected = { sources: [], gaps: [] };

/**
 * Reads of a running cluster what a question about `subject` needs: objects, the kernels and service proxies of the nodes, what DNS
 * answers and logs. Nodes and servers are asked as soon as the objects that lead to them are there. What could not be had is in the snapshot's gaps. Throws
 * a `UserError` where nothing could be had at all.
 */
export async function observeCluster(
  access: ClusterAccess,
  subject: LiveSubject,
  options: ObserveOptions,
): Promise<Snapshot> {
  const { leads, rest } = readingsOf(subject);
  const [first, resolv] = await Promise.all([
    observeObjects(access, leads, options),
    subject.clientPod === undefined ? nothing : readResolvConf(access, subject.clientPod, options),
  ]);
  const isSilent = first.sources.length === 0 && first.failures.some(({ kind }) => kind !== 'forbidden');
  if (isSilent) throw unreachable(first);
  const sources = options.isPacked === true ? leadsOf(first.sources, subject) : first.sources;
  const nodes = listed(sources, 'nodes').map(({ metadata }) => metadata.name);
  // Every node looks for its own among them.
  const ofNodes = listed<PodObject>(sources, 'pods').filter(({ spec }) => spec.hostNetwork === true);
  const shells = shareExecs(access);
  const { ofProxies, ofDns } = mountedReadings(sources);
  const corefiles = observeObjects(access, ofDns, options);
  const ofZones = corefiles.then((more) => [...sources, ...more.sources]);
  const asked = Promise.all([
    collectNodes(shells, nodes, ofNodes, { ...options, listed: connectionsOf(sources, subject) }),
    ofZones.then((objects) => observeDns(shells, objects, resolv.sources[0], subject, options)),
    options.isProbing === false ? nothing : observeProbes(shells, sources, subject, options),
    // What runs in containers takes longest, so that it is asked for first, over the connections that are free.
    nextTurn().then(() => observeObjects(access, [...rest, ...ofProxies], options)),
    nextTurn().then(() => otherServices(access, subject, sources, options)),
    nextTurn().then(() => observeLogs(access, sources, options)),
    resolv.sources.length > 0
      ? nothing
      : ofZones.then((objects) => readKubeletConfig(access, objects, nodes, options)),
  ]);
  // What is sent is sent in this turn of the event loop.
  setImmediate(() => options.onAsked?.());
  const [kernels, answers, probes, others, services, logs, kubelet] = await asked;
  if (sources.length === 0 && others.sources.length === 0)
    throw unreachable({ failures: [...first.failures, ...others.failures] });
  return {
    format: 'plumb-snapshot',
    version: 1,
    takenAt: new Date().toISOString(),
    ...joinCollected([
      first,
      others,
      await corefiles,
      { sources: services, gaps: [] },
      resolv,
      kubelet,
      logs,
      kernels,
      answers,
      probes,
    ]),
  };
}

/** Those of all namespaces where they matter. Without the right to them those of the namespace do: nobody asked for more. */
async function otherServices(
  access: ClusterAccess,
  { namespace, service, lookUp }: LiveSubject,
  sources: readonly Source[],
  options: ObserveOptions,
): Promise<readonly Source[]> {
  if (namespace === undefined) return [];
  const asked = listed(sources, 'services', namespace).filter(
    ({ metadata }) => service === undefined || metadata.name === service,
  );
  // A name may be that of any Service.
  if (lookUp === undefined && !needsAllServices(asked)) return [];
  return (await observeObjects(access, [{ resource: 'services' }], options)).sources;
}

function unreachable({ failures }: Pick<Observed, 'failures'>): UserError {
  const [first] = failures;
  const isDenied = failures.every(({ kind }) => kind === 'forbidden');
  return new UserError(
    `the cluster ${isDenied ? 'lets nothing be read' : 'does not answer'}: ${first?.message ?? 'no reason was given'}`,
    isDenied
      ? 'plumb explain --unlock objects prints the role that it takes'
      : 'check --context and the network, or give --from PATH for files that were captured',
  );
}
