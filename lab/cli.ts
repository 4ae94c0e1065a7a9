import { parseArgs } from 'node:util';
import { dirname, join } from 'node:path';
import { buildBinaries } from './build/binaries.ts';
import { buildImages } from './build/images.ts';
import { requireMachine } from './build/needs.ts';
import { adminKubeconfig } from './cluster/control-plane.ts';
import { apiAt, managementAddress, type LabFamily, type LabShape, type ProxyMode } from './cluster/layout.ts';
import { emulated } from './commands/emulated.ts';
import { judge } from './commands/judge.ts';
import { random } from './commands/random.ts';
import { record } from './commands/record.ts';
import { scoreRecordings } from './commands/score.ts';
import { up } from './commands/up.ts';
import { packRecording } from './evidence/pack.ts';
import { faults } from './faults/index.ts';
import { enter, holder, isInside, tearDown } from './machine/enclosure.ts';
import { kubernetes, repository } from './machine/places.ts';
import { say } from './say.ts';
import { UserError } from './user-error.ts';

const usage = `lab build [--newest]              make binaries and images (cached by version)
lab up [--nodes 3] [--mode iptables|nftables|ipvs] [--ip-family ipv4|ipv6|dual] [--older-kube-proxy]
lab status                        what is up
lab exec COMMAND…                 run a command beside the API server (KUBECONFIG set, kubectl in PATH)
lab record FAULT|all MODE DIR [--missing] [--live] [--ip-family ipv4|ipv6|dual]
                                  plant, prove, record, heal (all: every fault of the mode, one folder each below DIR);
                                  --live also asks Plumb on the running cluster
lab judge [RECORDING]             hold the walk of Plumb, over the nodes as they are (or as RECORDING has them), against
                                  what their kernels trace, rule by rule, and against who answers
lab random [SEED [COUNT]]          make Services of all kinds at random, and hold what kube-proxy writes for them against
                                  what they promise
lab emulated DIR [FAULT,…] [--live]
                                  record in IPVS mode inside an emulated machine (slow)
lab pack RECORDING…               into lab/recordings, to ship with the project
lab score [DIR…] [--live]         what Plumb says of recordings (of those that ship): docs/scoreboard.md;
                                  --live: what it said live beside them: docs/scoreboard-live.md
lab faults                        what can be planted
lab down                          end it; nothing is left behind`;

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
        `${f.name}  (${f.modes.join(', ')}${f.families === undefined ? '' : `; --ip-family ${f.families.join(' or ')}`})\n`,
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
  if (command === 'random') return random(args, numberOf(positionals[0], 1), numberOf(positionals[1], 100));
  if (command === 'emulated') {
    requireMachine();
    return emulated(positionals, values.live === true);
  }
  if (command === 'record') {
    const how = { onlyMissing: values.missing === true, isLive: values.live === true };
    return record(positionals, shapeFrom(values), how);
  }
  process.stderr.write(`${usage}\n`);
  return 3;
}

function numberOf(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  if (!Number.isInteger(number) || number < 1) throw new UserError(`${text}: a number from 1 on`);
  return number;
}

function status(): number {
  const held = holder();
  process.stdout.write(
    held === undefined
      ? 'no lab is up\n'
      : `a lab is up: process ${held.pid}, API ${apiAt(managementAddress)}\n`,
  );
  return 0;
}

const modes: readonly string[] = ['iptables', 'nftables', 'ipvs'];
const families: readonly string[] = ['ipv4', 'ipv6', 'dual'];

function shapeFrom(values: Readonly<Record<string, string | boolean | undefined>>): LabShape {
  const mode = String(values['mode'] ?? 'iptables');
  if (!modes.includes(mode)) throw new UserError(`--mode ${mode}: one of ${modes.join(', ')}`);
  const family = String(values['ip-family'] ?? 'ipv4');
  if (!families.includes(family)) throw new UserError(`--ip-family ${family}: one of ${families.join(', ')}`);
  const nodes = Number(values['nodes'] ?? 3);
  if (!Number.isInteger(nodes) || nodes < 2 || nodes > 9) throw new UserError('--nodes: 2 to 9');
  return {
    mode: mode as ProxyMode,
    nodes,
    family: family as LabFamily,
    olderKubeProxy: values['older-kube-proxy'] === true,
  };
}
