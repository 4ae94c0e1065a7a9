import type { Duplex } from 'node:stream';
import type { Gap } from '../../model/evidence.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import { unreadPorts } from '../../model/unread-ports.ts';
import type { Collected } from '../collected.ts';
import { type StreamAnswer, getOverStream } from '../http-over-stream.ts';
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
  const isSilent = answers.every(({ source }) => source === undefined);
  return {
    sources: [...words, ...log.sources, ...answers.flatMap(({ source }) => source ?? [])],
    gaps: [...log.gaps, ...(isSilent ? [silentGap(node, proxy, answers)] : [])],
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

/** A page that was read, or why not: what kept it from being asked for, or that its port was silent. */
interface Page {
  readonly source?: Source;
  readonly failure?: AccessFailure;
  readonly silence?: string;
}

/** One stream a port, as each passes API server, kubelet and runtime; what a server that hangs up leaves out is asked for again. */
async function readServed(
  access: ClusterAccess,
  node: string,
  proxy: PodObject,
  patience: Patience,
): Promise<Page[]> {
  const { namespace, name: pod } = proxy.metadata;
  const pages: Page[] = [];
  const until = performance.now() + patience.timeoutMs;
  let rest = served;
  for (let left = patience.timeoutMs; rest.length > 0 && left > 0; left = until - performance.now()) {
    const limited = { ...patience, timeoutMs: Math.ceil(left) };
    const names = [...new Set(rest.map(({ port }) => port))];
    const ports = names.map((name) => portOf(proxy, name));
    const streams = await access.forwardPorts({ namespace, pod }, ports, limited);
    if (!streams.ok) return [...pages, { failure: streams.failure }];
    const read = await Promise.all(
      streams.value.map((stream, index) => {
        const own = rest.filter(({ port }) => port === names[index]);
        return readPages(node, stream, own, ports[index] as number, limited);
      }),
    );
    pages.push(...read.flatMap((each) => each.pages));
    rest = read.flatMap((each) => each.rest);
  }
  return pages;
}

/** The pages of one port, and those that the server hung up before. */
async function readPages(
  node: string,
  stream: Duplex,
  asked: readonly Served[],
  number: number,
  { timeoutMs, signal }: Patience,
): Promise<{ pages: readonly Page[]; rest: readonly Served[] }> {
  const paths = asked.map(({ path }) => path);
  const answers = await getOverStream(stream, paths, { timeoutMs, maxBytes: MAX_ANSWER_BYTES });
  const count = answers.findIndex((answer) => answer === undefined);
  if (count === 0) {
    const page: Page = signal?.aborted
      ? { failure: { kind: 'cut', message: 'ended before it was done' } }
      : { silence: `port ${number} gave no answer` };
    return { pages: [page], rest: [] };
  }
  return {
    pages: answers.flatMap((answer, index) =>
      answer === undefined ? [] : [pageOf(node, asked[index] as Served, number, answer)],
    ),
    rest: count < 0 ? [] : asked.slice(count),
  };
}

function pageOf(node: string, { file, path, port }: Served, number: number, answer: StreamAnswer): Page {
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

function silentGap(node: string, { metadata, status }: PodObject, pages: readonly Page[]): Gap {
  const failure = pages.find((page) => page.failure)?.failure;
  const silence = pages.find((page) => page.silence)?.silence;
  const restarts =
    status?.containerStatuses?.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0) ?? 0;
  return {
    what: failure === undefined ? `what kube-proxy on ${node} serves` : unreadPorts(node),
    why:
      failure?.message ??
      silence ??
      `${metadata.namespace}/${metadata.name} does not run (${restarts} restarts)`,
    unlock: 'create on pods/portforward in kube-system',
    node,
  };
}
