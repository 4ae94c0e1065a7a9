import { spawnSync } from 'node:child_process';

/** What one process cost. */
export interface Cost {
  readonly seconds: number;
  /** Of all cores together: what other work on the machine lengthens least. */
  readonly cpuSeconds: number;
  /** Greatest resident memory. */
  readonly kilobytes: number;
}

/** A command to time, and what to call it in a table. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** What it must end with; 0 where nothing is said. */
  readonly exitCode?: number;
}

/** Costs of one contender over all rounds. */
export interface Costs {
  readonly name: string;
  readonly seconds: readonly number[];
  readonly cpuSeconds: readonly number[];
  readonly kilobytes: readonly number[];
}

/** Runs a command once, in a process of its own, through `peers/measure.py`. Throws where it fails: a benchmark of errors says nothing. */
export function measure({ command, exitCode = 0 }: Contender, workFolder: string): Cost {
  const script = new URL('../bench/peers/measure.py', import.meta.url).pathname;
  const { stdout, stderr } = spawnSync('python3', [script, `${workFolder}/output`, ...command], {
    encoding: 'utf8',
  });
  const cost = stdout === '' ? undefined : (JSON.parse(stdout) as Cost & { code: number });
  if (cost?.code !== exitCode)
    throw new Error(`${command.join(' ')} failed: ${stderr || `exit code ${cost?.code}`}`);
  return cost;
}

/** Lets all contenders run once a round, one after the other, so that a busy minute is everybody's. */
export function contest(contenders: readonly Contender[], rounds: number, workFolder: string): Costs[] {
  const costs = contenders.map(({ name }) => ({
    name,
    seconds: [] as number[],
    cpuSeconds: [] as number[],
    kilobytes: [] as number[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const cost = measure(contender, workFolder);
      costs[index]?.seconds.push(cost.seconds);
      costs[index]?.cpuSeconds.push(cost.cpuSeconds);
      costs[index]?.kilobytes.push(cost.kilobytes);
    }
  }
  return costs;
}

/** The middle of `values`; the mean of the two in the middle where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2;
}

/** The slope of log y over log x: 1 is linear. */
export function growthExponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (pick: (point: readonly [number, number]) => number): number =>
    logs.reduce((sum, point) => sum + pick(point), 0) / logs.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
