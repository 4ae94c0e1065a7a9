import { randomBytes } from 'node:crypto';
import type { Gap } from '../../model/evidence.ts';
import { recogniseSource } from '../../snapshot/recognise.ts';
import { redactSource } from '../../snapshot/redact.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { Collected } from '../collected.ts';
import { inParallel } from '../in-parallel.ts';
import type { AccessFailure, ContainerName, Patience } from '../kubernetes/cluster-access.ts';
import type { ShellAccess } from '../shell/share-execs.ts';
import { type NodePods, type PodObject, containerOf, isRunning } from './node-pods.ts';
import { type NodeReading, maxOutputBytes, nodeReadings } from './node-readings.ts';
import {
  type ListedConnections,
  type StreamedOutput,
  IN_PART,
  readStream,
  streamScript,
} from './shell-stream.ts';

/** What goes through the API: what files repeat is left out. */
const liveReadings = nodeReadings.filter(({ isForFilesOnly }) => isForFilesOnly !== true);

const NFT = 'nft list ruleset';

/** Programs that run at once on a node without a shell. */
const PROGRAMS_AT_ONCE = 4;

/**
 * What the pods on a node can tell of its kernel, in the form of an administrator's files: each pod is asked for what those before it
 * could not read. One exec where the image has a shell, else one for each program. What nobody could read is a gap.
 */
export async function readNode(
  access: ShellAccess,
  { node, proxies, others }: NodePods,
  patience: Patience,
  listed: ListedConnections = {},
): Promise<Collected> {
  const sources: Source[] = [];
  const gaps: Gap[] = [];
  const failures: string[] = [];
  let rest = liveReadings;
  for (const pod of [...proxies, ...others]) {
    if (rest.length === 0 || patience.signal?.aborted === true) break;
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (!isRunning(pod)) {
      failures.push(`${name} does not run`);
      continue;
    }
    const { outputs, failure } = await readThrough(access, pod, rest, patience, listed);
    for (const output of outputs) {
      if (!output.isComplete) gaps.push(cutGap(node, output, failure));
      if (isInPart(output)) gaps.push(partGap(node, listed));
      const told = orNothing(output);
      if (told.stdout.length > 0) sources.push(sourceOf(node, told));
    }
    if (failure) failures.push(`${name}: ${failure.message}`);
    rest = rest.filter(({ ways }) => !outputs.some((output) => isOf(output, ways) && output.exitCode === 0));
  }
  return { sources, gaps: [...gaps, ...missing(node, rest, sources, failures)] };
}

async function readThrough(
  access: ShellAccess,
  pod: PodObject,
  readings: readonly NodeReading[],
  patience: Patience,
  listed: ListedConnections,
): Promise<{ outputs: StreamedOutput[]; failure?: AccessFailure }> {
  const at = containerOf(pod);
  const marker = `@${randomBytes(8).toString('hex')}`;
  const ran = await access.runScript(at, streamScript(readings, marker, listed), patience);
  if (ran.ok) {
    const { stdout, cutBy } = ran.value;
    return { outputs: readStream(stdout, marker), ...(cutBy ? { failure: cutBy } : {}) };
  }
  if (ran.failure.kind !== 'no-program') return { outputs: [], failure: ran.failure };
  const read = await inParallel(readings, PROGRAMS_AT_ONCE, (reading) =>
    runFirst(access, at, reading, patience),
  );
  const failure = read.find((each) => each.failure)?.failure;
  return { outputs: read.flatMap((each) => each.outputs), ...(failure ? { failure } : {}) };
}

/** The first way of a reading that succeeds, each an exec of its own. */
async function runFirst(
  access: ShellAccess,
  at: ContainerName,
  { ways, onlyWith }: NodeReading,
  patience: Patience,
): Promise<{ outputs: StreamedOutput[]; failure?: AccessFailure }> {
  const options = { ...patience, maxBytes: maxOutputBytes };
  // Without a shell nothing tells whether the file is there but reading it.
  if (onlyWith !== undefined && !(await access.exec(at, ['cat', onlyWith], options)).ok)
    return { outputs: [] };
  const outputs: StreamedOutput[] = [];
  for (const { file, argv } of ways) {
    const ran = await access.exec(at, argv, options);
    if (!ran.ok) {
      if (ran.failure.kind === 'no-program') continue;
      return { outputs, failure: ran.failure };
    }
    const { exitCode, stdout, stderr, cutBy } = ran.value;
    outputs.push({
      file,
      command: argv.join(' '),
      exitCode,
      stdout,
      stderr: stderr.trim(),
      isComplete: cutBy === undefined,
    });
    if (exitCode === 0 || cutBy !== undefined) break;
  }
  return { outputs };
}

/** nft that succeeds and prints nothing has told that there is no rule at all; an empty file could be anything. */
function orNothing(output: StreamedOutput): StreamedOutput {
  const isEmpty = output.stdout.length === 0 && output.exitCode === 0 && output.isComplete;
  return isEmpty && output.command === NFT
    ? { ...output, stdout: Buffer.from(`# ${NFT}: no table\n`) }
    : output;
}

/** What a program printed as a source of the node, recognised and without secrets as a file would be. */
export function sourceOf(
  node: string,
  output: Omit<StreamedOutput, 'isComplete'> & { isComplete?: boolean },
): Source {
  const path = `nodes/${node}/${output.file}`;
  return redactSource({
    ...recogniseSource(path, output.stdout),
    path,
    node,
    bytes: output.stdout,
    command: output.command,
    exitCode: output.exitCode,
    stderr: output.stderr.slice(0, 2000),
    isComplete: output.isComplete ?? true,
    readAt: new Date().toISOString(),
  });
}

function isOf({ file, command }: StreamedOutput, ways: NodeReading['ways']): boolean {
  return ways.some((way) => way.file === file && way.argv.join(' ') === command);
}

function cutGap(node: string, { file }: StreamedOutput, failure: AccessFailure | undefined): Gap {
  return {
    what: `the end of ${file} of ${node}`,
    why: failure?.message ?? 'it was cut',
    unlock: `plumb capture --script, run on ${node}`,
    node,
  };
}

const inPart = Buffer.from(IN_PART);

function isInPart({ stdout }: StreamedOutput): boolean {
  return inPart.equals(stdout.subarray(0, inPart.length));
}

function partGap(node: string, { of = 'what is asked about' }: ListedConnections): Gap {
  return {
    what: `connections of ${node} beyond ${of}`,
    why: 'its table is long, and was listed in part',
    unlock: `conntrack -L on ${node}, or plumb audit`,
    node,
  };
}

/** A gap for each name of which something is needed and nothing was read. */
function missing(
  node: string,
  rest: readonly NodeReading[],
  sources: readonly Source[],
  failures: readonly string[],
): Gap[] {
  const paths = new Set(sources.map(({ path }) => path));
  const isRead = (what: string): boolean =>
    liveReadings.some(
      (reading) =>
        reading.what === what &&
        !rest.includes(reading) &&
        reading.ways.some(({ file }) => paths.has(`nodes/${node}/${file}`)),
    );
  const names = new Set(
    rest.filter(({ isNeeded, what }) => isNeeded && !isRead(what)).map(({ what }) => what),
  );
  const why = failures.length > 0 ? failures.join('; ') : 'no pod in the node’s network has the tools';
  return [...names].map((what) => ({
    what: `${what} of ${node}`,
    why,
    unlock: `create on pods/exec in kube-system; or --debug-pods; or plumb capture --script, run on ${node}`,
    node,
  }));
}
