import { parseArgs } from 'node:util';
import { buildBinaries, missingBinaries } from './build/binaries.ts';
import { buildImages } from './build/images.ts';
import { requireMachine } from './build/needs.ts';
import { Lab } from './cluster/lab.ts';
import { layout, type LabShape, type ProxyMode } from './cluster/layout.ts';
import { adminKubeconfig } from './cluster/control-plane.ts';
import { enclose, enter, holder, isInside, tearDown } from './machine/enclosure.ts';
import { home, kubernetes, repository } from './machine/places.ts';
import { answerLive, answerOffline, score } from './score/score.ts';
import { judgeRules } from './kernel-judge/judge-rules.ts';
import { judgeShares } from './kernel-judge/judge-shares.ts';
import { readLabWorld } from './kernel-judge/lab-packets.ts';
import { runEmulated } from './emulated/machine.ts';
import { UserError } from './user-error.ts';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { packRecording } from './evidence/pack.ts';
import type { Fault } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { recordFault, recordingName } from './harness.ts';

const usage = `lab build [--newest]              make binaries and images (cached by version)
lab up [--nodes 3] [--mode iptables|nftables|ipvs] [--ip-family ipv4|dual] [--older-kube-proxy]
lab status                        what is up
lab exec COMMAND…                 run a command beside the API server (KUBECONFIG set, kubectl in PATH)
lab record FAULT|all MODE DIR [--missing] [--live] [--ip-family ipv4|dual]
                                  plant, prove, record, heal (all: every fault of the mode, one folder each below DIR);
                                  --live also asks Plumb on the running cluster
lab judge [RECORDING]             hold the walk of Plumb, over the nodes as they are (or as RECORDING has them), against
                                  what their kernels trace, rule by rule, and against who answers
lab emulated DIR [FAULT,…]        record in IPVS mode inside an emulated machine (slow)
lab pack RECORDING…               into lab/recordings, to ship with the project
lab score [DIR…] [--live]         what Plumb says of recordings (of those that ship): docs/scoreboard.md;
                                  --live: what it said live beside them: docs/scoreboard-live.md
lab faults                        what can be planted
lab down                          end it; nothing is left behind`;

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}

const modes: readonly string[] = ['iptables', 'nftables', 'ipvs'];

function shapeFrom(values: Readonly<Record<string, string | boolean | undefined>>): LabShape {
  const mode = String(values['mode'] ?? 'iptables');
  if (!modes.includes(mode)) throw new UserError(`--mode ${mode}: one of ${modes.join(', ')}`);
  const nodes = Number(values['nodes'] ?? 3);
  if (!Number.isInteger(nodes) || nodes < 2 || nodes > 9) throw new UserError('--nodes: 2 to 9');
  return {
    mode: mode as ProxyMode,
    nodes,
    family: values['ip-family'] === 'dual' ? 'dual' : 'ipv4',
    olderKubeProxy: values['older-kube-proxy'] === true,
  };
}

/** Runs `lab …` and returns the exit code: 0 done, 1 a fault did not behave, 3 wrong use or a machine that cannot hold a lab. */
export async function runLab(args: readonly string[]): Promise<number> {
  try {
    if (isInside() && process.env['LAB_CWD'] !== undefined) process.chdir(process.env['LAB_CWD']);
    return await dispatch(args);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`lab: ${error.message}\n${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`);
    return 3;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === 'exec') {
    return enter('lab-cp', [
      'env',
      `KUBECONFIG=${adminKubeconfig}`,
      `PATH=${dirname(kubernetes('kubectl'))}:${process.env['PATH'] ?? ''}`,
      ...rest,
    ]);
  }
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      mode: { type: 'string' },
      nodes: { type: 'string' },
      'ip-family': { type: 'string' },
      'older-kube-proxy': { type: 'boolean' },
      newest: { type: 'boolean' },
      missing: { type: 'boolean' },
      live: { type: 'boolean' },
    },
  });
  if (command === 'build') {
    requireMachine();
    await buildBinaries(values.newest !== true, say);
    await buildImages(say);
    return 0;
  }
  if (command === 'up') return up(args, shapeFrom(values));
  if (command === 'down') {
    requireMachine();
    process.stdout.write((await tearDown()) ? 'down\n' : 'nothing was up\n');
    return 0;
  }
  if (command === 'status') return status();
  if (command === 'faults') {
    for (const f of faults)
      process.stdout.write(
        `${f.name}  (${f.modes.join(', ')}${f.family === undefined ? '' : `; --ip-family ${f.family}`})\n`,
      );
    return 0;
  }
  if (command === 'pack') {
    for (const recording of positionals)
      say(await packRecording(recording, join(repository, 'lab/recordings')));
    return 0;
  }
  if (command === 'score') return scoreRecordings(positionals, values.live === true);
  if (command === 'judge') return judge(args, positionals[0]);
  if (command === 'emulated') {
    requireMachine();
    const [folder = '', names = 'all'] = positionals;
    if (folder === '') throw new UserError('usage: lab emulated DIR [FAULT,…]');
    const self = `'${process.execPath}' '${resolve(process.argv[1] ?? '')}'`;
    const code = await runEmulated(`${self} record ${names} ipvs /out`, folder, 7_200_000);
    process.stdout.write(readFileSync(join(folder, 'emulated.log'), 'utf8'));
    return code;
  }
  if (command === 'record') {
    const how = { onlyMissing: values.missing === true, isLive: values.live === true };
    return record(positionals, shapeFrom(values), how);
  }
  process.stderr.write(`${usage}\n`);
  return 3;
}

async function up(args: readonly string[], shape: LabShape): Promise<number> {
  if (isInside()) {
    await Lab.start(shape, say);
    return 0;
  }
  requireMachine();
  const missing = missingBinaries(shape.olderKubeProxy);
  if (missing.length > 0) throw new UserError(`not built: ${missing.join(' ')}`, 'npm run lab:build');
  await enclose();
  const code = await again(args, undefined).catch(() => 1);
  if (code !== 0) {
    const kept = process.env['LAB_KEEP_LOGS'];
    if (kept !== undefined) await enter(undefined, ['cp', '-r', join(home, 'logs'), kept]);
    await tearDown();
  }
  return code;
}

/** Runs this same program inside the lab. */
async function again(args: readonly string[], netns: string | undefined): Promise<number> {
  return enter(netns, [process.execPath, process.argv[1] ?? '', ...args]);
}

function status(): number {
  const held = holder();
  process.stdout.write(
    held === undefined ? 'no lab is up\n' : `a lab is up: process ${held.pid}, API ${layout.api}\n`,
  );
  return 0;
}

/** Connections for each Service whose shares are judged. */
const connections = 400;

async function judge(args: readonly string[], recording: string | undefined): Promise<number> {
  if (!isInside()) return again(args, undefined);
  const lab = Lab.current();
  const world = await readLabWorld(lab, recording === undefined ? undefined : resolve(recording));
  const rules = await judgeRules(lab, world);
  say(
    `${rules.packets} packets met ${rules.rules} rules, ${rules.disagreements.length} otherwise than the walk says`,
  );
  const shares = await judgeShares(lab, world, connections);
  say(
    `${shares.packets} connections, ${shares.disagreements.length} Services shared otherwise than the walk says`,
  );
  const disagreements = [...rules.disagreements, ...shares.disagreements];
  for (const text of disagreements) process.stdout.write(`${text}\n`);
  return disagreements.length > 0 ? 1 : 0;
}

/** Records one fault or all of a mode, in the lab that is up or in one of its own. */
async function record(
  positionals: readonly string[],
  shape: LabShape,
  { onlyMissing, isLive }: { readonly onlyMissing: boolean; readonly isLive: boolean },
): Promise<number> {
  const [name = '', mode = '', folder = ''] = positionals;
  if (folder === '') throw new UserError('usage: lab record FAULT|all MODE DIR');
  const wanted = name.split(',');
  const chosen = faults.filter(
    (f) => (name === 'all' || wanted.includes(f.name)) && f.modes.includes(mode as ProxyMode),
  );
  if (chosen.length === 0) throw new UserError(`no fault ${name} in ${mode} mode`, 'npm run lab -- faults');
  if (isInside()) {
    return recordInside(chosen, resolve(folder), name === 'all' || wanted.length > 1, isLive);
  }
  requireMachine();
  const wasUp = holder() !== undefined;
  const wantedLab = new Lab({ ...shape, mode: mode as ProxyMode });
  const isThere = (f: Fault): boolean => existsSync(join(folder, recordingName(wantedLab, f), 'expected.md'));
  let remaining = chosen.filter((f) => !onlyMissing || !isThere(f)).map((f) => f.name);
  let failed = 0;
  while (remaining.length > 0) {
    if (holder() === undefined) {
      const upArgs = ['up', '--mode', mode, '--nodes', String(shape.nodes), '--ip-family', shape.family];
      const upCode = await up(shape.olderKubeProxy ? [...upArgs, '--older-kube-proxy'] : upArgs, {
        ...shape,
        mode: mode as ProxyMode,
      });
      if (upCode !== 0) return upCode;
    }
    const done = doneFile(folder, mode);
    rmSync(done, { force: true });
    const many = name === 'all' || wanted.length > 1;
    const words = ['record', remaining.join(',') + (many ? ',' : ''), mode, folder];
    const code = await again(isLive ? [...words, '--live'] : words, undefined);
    if (code === 0 || remaining.length === 1) {
      failed += code === 0 ? 0 : 1;
      break;
    }
    // A lab that could not be healed is thrown away; the faults after that one go on in a new one.
    const last = existsSync(done) ? readFileSync(done, 'utf8') : '';
    const next = remaining.indexOf(last) + 1;
    failed += 1;
    await tearDown();
    remaining = next === 0 ? [] : remaining.slice(next);
  }
  rmSync(doneFile(folder, mode), { force: true });
  if (!wasUp) await tearDown();
  return failed > 0 ? 1 : 0;
}

function doneFile(folder: string, mode: string): string {
  return join(resolve(folder), `.last-fault-${mode}`);
}

async function recordInside(
  chosen: readonly Fault[],
  folder: string,
  many: boolean,
  isLive: boolean,
): Promise<number> {
  const lab = Lab.current();
  let unproven = 0;
  mkdirSync(folder, { recursive: true });
  for (const fault of chosen) {
    const target = many ? join(folder, recordingName(lab, fault)) : folder;
    if (many) writeFileSync(doneFile(folder, lab.shape.mode), fault.name);
    const outcome = await recordFault(lab, fault, target, isLive);
    say(
      `${fault.name}: ${outcome.recorded ? 'recorded' : 'NOT RECORDED'}${outcome.why === undefined ? '' : ` (${outcome.why})`}`,
    );
    if (outcome.recorded && many) {
      appendFileSync(join(folder, 'INDEX'), indexLine(lab, fault));
    }
    if (!outcome.recorded) unproven += 1;
    if (!outcome.healed) return 2;
  }
  return unproven > 0 ? 1 : 0;
}

function indexLine(lab: Lab, fault: Fault): string {
  const cause = fault.causes.length === 0 ? 'none' : fault.causes.join('|');
  const time = new Date().toISOString().slice(11, 16);
  return `${recordingName(lab, fault)}  svc/${fault.service}  ${fault.verdicts.join('|')}  ${cause}  ${fault.nodes?.join(',') ?? ''}  ${time}\n`;
}

const shipped = ['scenarios/recordings', 'lab/recordings'].map((f) => join(repository, f));

async function scoreRecordings(folders: readonly string[], isLive: boolean): Promise<number> {
  const where = folders.length > 0 ? folders : shipped;
  const page = join(repository, isLive ? 'docs/scoreboard-live.md' : 'docs/scoreboard.md');
  const { rows, regressions } = await score(where, page, say, isLive ? answerLive : answerOffline);
  const right = rows.filter((r) => r.causeRight).length;
  process.stdout.write(`first cause right: ${right} of ${rows.length}\n`);
  for (const name of regressions) process.stderr.write(`lab: ${name} was right before\n`);
  return regressions.length > 0 ? 1 : 0;
}
