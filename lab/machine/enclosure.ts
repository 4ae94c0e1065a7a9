import { existsSync, readFileSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { UserError } from '../user-error.ts';
import { agent, cache, holderFile, home } from './places.ts';
import { start, until, pause, decisiveLines } from './run.ts';

/** The process that holds the lab: first process of its own PID, mount and network namespace. When it ends, all of it ends. */
export interface Holder {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: tells this process from a later one with the same number. */
  readonly startTicks: string;
}

/** The holder's command line: it names the note that it is to be found by, also where the harness was killed before it wrote it. */
const firstProcess: readonly string[] = [agent, 'init', holderFile];

/** Processes that hold this lab or are about to, by what they were started with. */
function holders(): number[] {
  const words = `${firstProcess.join('\0')}\0`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name) && commandLine(Number(name)).endsWith(words))
    .map(Number);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** The lab that is up, or undefined. */
export function holder(): Holder | undefined {
  if (!existsSync(holderFile)) return undefined;
  const noted = JSON.parse(readFileSync(holderFile, 'utf8')) as Holder;
  return startTicks(noted.pid) === noted.startTicks ? noted : undefined;
}

/** True in a process that runs inside the lab's namespaces. */
export function isInside(): boolean {
  return existsSync(join(home, 'enclosed'));
}

/** Starts the holder: a process in new PID, mount and network namespaces. Throws a `UserError` if a lab is up already. */
export async function enclose(): Promise<Holder> {
  if (holders().length > 0) throw new UserError('a lab is up already', 'npm run lab -- down');
  await sweep();
  const log = join(cache, 'holder.log');
  rmSync(log, { force: true });
  const shell = start(
    ['unshare', '--mount', '--pid', '--net', '--fork', '--propagation', 'private', ...firstProcess],
    log,
  );
  const pid = await until(
    'the first process of the lab',
    10_000,
    async () => {
      const children = shell.pid === undefined ? '' : readChildren(shell.pid);
      const child = Number(children.split(' ')[0]);
      return child > 0 && existsSync(`/proc/${child}/root${home}/enclosed`) ? child : undefined;
    },
    () => decisiveLines(log),
  );
  const noted: Holder = { pid, startTicks: startTicks(pid) ?? '' };
  writeFileSync(holderFile, JSON.stringify(noted));
  return noted;
}

function readChildren(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Runs a command inside the lab (in network namespace `netns`), this terminal attached; returns its exit code. */
export function enter(netns: string | undefined, command: readonly string[]): Promise<number> {
  const held = holder();
  if (held === undefined) throw new UserError('no lab is up', 'npm run lab -- up');
  const inner = netns === undefined ? [] : ['nsenter', `--net=/run/netns/${netns}`, '--'];
  const args = ['-t', String(held.pid), '-m', '-p', '-n', '--', ...inner, ...command];
  return new Promise((resolve) => {
    const child = spawn('nsenter', args, {
      stdio: 'inherit',
      env: { ...process.env, LAB_CWD: process.cwd() },
    });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Ends the lab: its first process is killed, and with it every process, mount, namespace and rule. Leaves nothing behind. */
export async function tearDown(): Promise<boolean> {
  const held = holders();
  for (const pid of held) endProcess(pid);
  await until('the end of the lab', 20_000, async () => holders().length === 0);
  await sweep();
  return held.length > 0;
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/** Removes what no namespace holds: the note and the control groups of the lab's containers. */
async function sweep(): Promise<void> {
  rmSync(holderFile, { force: true });
  for (let tries = 0; tries < 20; tries += 1) {
    if (removeControlGroups('/sys/fs/cgroup')) return;
    await pause(100);
  }
}

/** The control groups that the lab's containers and kubelets make, below each controller. */
const controlGroupRoots: readonly string[] = ['k8s.io'];

function removeControlGroups(top: string): boolean {
  let clean = true;
  const remove = (folder: string): void => {
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) remove(join(folder, entry.name));
      }
      rmdirSync(folder);
    } catch {
      // Still in use, by a process that is ending or by another lab; or gone already.
      clean = !existsSync(folder) && clean;
    }
  };
  const controllers = existsSync(top) ? readdirSync(top).map((c) => join(top, c)) : [];
  for (const controller of [top, ...controllers]) {
    for (const root of controlGroupRoots) {
      if (existsSync(join(controller, root))) remove(join(controller, root));
    }
  }
  return clean;
}
