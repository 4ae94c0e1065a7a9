import type { Duplex } from 'node:stream';
import type { Gap } from '../../model/evidence.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { Collected } from '../collected.ts';
import { getOverStream } from '../http-over-stream.ts';
import type { AccessFailure, ClusterAccess, Patience } from '../kubernetes/cluster-access.ts';
import { type NodePods, type PodObject, isRunning } from './node-pods.ts';
import { logLines } from './node-readings.ts';
import { sourceOf } from './read-node.ts';

/** A path that kube-proxy serves, and the file that keeps it; with its head where the status matters. */
interface Served {
  readonly file: string;
  readonly path: string;
  readonly port: 'healthz' | 'metrics';
}

const served: readonly Served[] = [
  { file: 'kube-proxy-healthz.txt', path: '/healthz', port: 'healthz' },
  { file: 'notes/kube-proxy-livez.txt', path: '/livez', port: 'healthz' },
  { file: 'kube-proxy-metrics.txt', path: '/metrics', port: 'metrics' },
  { file: 'kube-proxy-mode.txt', path: '/proxyMode', port: 'metrics' },
  { file: 'kube-proxy-configz.json', path: '/configz', port: 'metrics' },
];

const MAX_ANSWER_BYTES = 20_000_000;

/** What kube-proxy on a node says of itself: its log, and what it serves on its ports, by port-forward. */
export async function readKubeProxy(
  access: ClusterAccess,
  { node, proxies }: NodePods,
  patience: Patience,
): Promise<Collected> {
  const [proxy] = proxies;
  if (proxy === undefined) return { sources: [], gaps: [noProxy(node)] };
  const words = argumentsSource(node, proxy);
  const [log, answers] = await Promise.all([
    readLog(access, node, proxy, patience),
    isRunning(proxy) ? readServed(access, node, proxy, patience) : [],
  ]);
  const failure = answers.find((answer) => answer.failure)?.failure;
  const isSilent = answers.every(({ source }) => source === undefined);
  return {
    sources: [...words, ...log.sources, ...answers.flatMap(({ source }) => source ?? [])],
    gaps: [...log.gaps, ...(isSilent ? [silentGap(node, proxy, failure)] : [])],
  };
}

async function readLog(
  access: ClusterAccess,
  node: string,
  proxy: PodObject,
  patience: Patience,
): Promise<Collected> {
  const { namespace, name: pod } = proxy.metadata;
  const options = { ...patience, tailLines: logLines };
  const log = await access.log({ namespace, pod }, options);
  // A proxy that has just been started again says why it ended in the log before.
  const hasEnded = proxy.status?.containerStatuses?.some(({ restartCount = 0 }) => restartCount > 0) === true;
  const isShort = !log.ok || log.value.length === 0;
  const before =
    hasEnded && isShort ? await access.log({ namespace, pod }, { ...options, isPrevious: true }) : undefined;
  const read = isShort && before?.ok === true ? before : log;
  if (read.ok) {
    if (read.value.length === 0) return { sources: [], gaps: [] };
    const command = `kubectl -n ${namespace} logs ${pod} --tail ${logLines}`;
    return {
      sources: [
        sourceOf(node, { file: 'kube-proxy.log', command, exitCode: 0, stdout: read.value, stderr: '' }),
      ],
      gaps: [],
    };
  }
  const why = read.failure.message;
  return {
    sources: [],
    gaps: [{ what: `the log of kube-proxy on ${node}`, why, unlock: 'get on pods/log in kube-system', node }],
  };
}

/** A page that was read, or why not. */
interface Page {
  readonly source?: Source;
  readonly failure?: AccessFailure;
}

async function readServed(
  access: ClusterAccess,
  node: string,
  proxy: PodObject,
  patience: Patience,
): Promise<Page[]> {
  const { namespace, name: pod } = proxy.metadata;
  const ports = served.map(({ port }) => portOf(proxy, port));
  const streams = await access.forwardPorts({ namespace, pod }, ports, patience);
  if (!streams.ok) return [{ failure: streams.failure }];
  return await Promise.all(
    streams.value.map((stream, index) =>
      readPage(node, stream, served[index] as Served, ports[index] as number, patience),
    ),
  );
}

async function readPage(
  node: string,
  stream: Duplex,
  { file, path, port }: Served,
  number: number,
  { timeoutMs }: Patience,
): Promise<Page> {
  const answer = await getOverStream(stream, path, { timeoutMs, maxBytes: MAX_ANSWER_BYTES });
  if (answer === undefined) return { failure: { kind: 'failed', message: `port ${number} gave no answer` } };
  const isHealth = port === 'healthz';
  // Releases before /livez and /configz, and proxies that do not serve them, say 404: that is no content.
  if (!isHealth && answer.status !== 200) return {};
  const stdout = isHealth ? Buffer.concat([Buffer.from(answer.head), answer.body]) : answer.body;
  return {
    source: sourceOf(node, {
      file,
      command: `GET http://127.0.0.1:${number}${path}`,
      exitCode: 0,
      stdout,
      stderr: '',
      isComplete: answer.isComplete,
    }),
  };
}

/** The port by kube-proxy's arguments, else its default. *Source:* kube-proxy --help. */
function portOf({ spec }: PodObject, port: Served['port']): number {
  const words = spec.containers.flatMap(({ command = [], args = [] }) => [...command, ...args]);
  const option = { healthz: '--healthz-bind-address', metrics: '--metrics-bind-address' }[port];
  const at = words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  const text = at < 0 ? '' : (words[at]?.split('=')[1] ?? words[at + 1] ?? '');
  return Number(/:(\d+)$/.exec(text)?.[1] ?? { healthz: 10256, metrics: 10249 }[port]);
}

function argumentsSource(node: string, { spec }: PodObject): Source[] {
  const words = spec.containers.flatMap(({ command = [], args = [] }) => [...command, ...args]);
  if (words.length === 0) return [];
  const stdout = Buffer.from(`${words.join('\n')}\n`);
  return [
    sourceOf(node, {
      file: 'notes/kube-proxy-arguments.txt',
      command: 'the pod’s command',
      exitCode: 0,
      stdout,
      stderr: '',
    }),
  ];
}

/** It may be a program of the node itself, or not be there. */
function noProxy(node: string): Gap {
  return {
    what: `kube-proxy on ${node}`,
    why: 'no pod of kube-proxy was seen on the node',
    unlock: `plumb capture --script, run on ${node}`,
    node,
  };
}

function silentGap(node: string, { metadata, status }: PodObject, failure: AccessFailure | undefined): Gap {
  const restarts =
    status?.containerStatuses?.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0) ?? 0;
  return {
    what: `what kube-proxy on ${node} serves`,
    why: failure?.message ?? `${metadata.namespace}/${metadata.name} does not run (${restarts} restarts)`,
    unlock: 'create on pods/portforward in kube-system',
    node,
  };
}
