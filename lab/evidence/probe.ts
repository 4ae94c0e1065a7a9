import type { Lab } from '../cluster/lab.ts';
import { onNode } from '../cluster/node.ts';
import { agent } from '../machine/places.ts';
import { run, slow } from '../machine/run.ts';
import { UserError } from '../user-error.ts';

/** Where a client stands. */
export type Vantage =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string; readonly label: string }
  | { readonly kind: 'node'; readonly name: string; readonly label: string }
  | { readonly kind: 'outside'; readonly label: string };

/** What to connect to: `tcp/IP:PORT`, `udp/IP:PORT`, `dns/NAME` or `dns6/NAME`, and how the recording calls it. */
export interface Target {
  readonly address: string;
  readonly label: string;
}

/** What one vantage got from one target: answer (a server's name, an address, or an error in one word) → how often. */
export interface Observation {
  readonly from: string;
  readonly to: string;
  readonly address: string;
  readonly answers: Readonly<Record<string, number>>;
  /** Client addresses as the servers saw them. */
  readonly clients: Readonly<Record<string, number>>;
}

/** How often and how long a probe tries; `localPort` sends all tries from one port, one after the other. */
export interface ProbeOptions {
  readonly tries: number;
  readonly timeoutMs: number;
  readonly localPort?: number;
}

/** Connects from one vantage to each target; a pod that does not run throws a `UserError`. */
export async function probe(
  lab: Lab,
  from: Vantage,
  targets: readonly Target[],
  options: ProbeOptions,
): Promise<Observation[]> {
  if (targets.length === 0) return [];
  // TCP takes the ICMPv6 error of the first SYN for soft, and gives up with that of the second one, a second later.
  const softErrorMs = targets.some(({ address }) => address.includes('[')) ? 1500 : 0;
  const limit = Math.round((options.timeoutMs + softErrorMs) * slow);
  const args = ['probe', '-n', String(options.tries), '-t', String(limit)];
  if (options.localPort !== undefined) args.push('-p', String(options.localPort));
  args.push(...new Set(targets.map((t) => t.address)));
  const ran = await run([...(await doorOf(lab, from)), ...args], { timeoutMs: 120_000 });
  if (ran.code !== 0) throw new UserError(`probe from ${from.label}: ${ran.stderr.slice(0, 200)}`);
  const result = JSON.parse(ran.stdout) as {
    answers: Record<string, Record<string, number>>;
    clients: Record<string, Record<string, number>>;
  };
  return targets.map((t) => ({
    from: from.label,
    to: t.label,
    address: t.address,
    answers: result.answers[t.address] ?? {},
    clients: result.clients[t.address] ?? {},
  }));
}

/** The words before the agent's arguments: which namespaces to enter, and the agent's path there. */
async function doorOf(lab: Lab, from: Vantage): Promise<string[]> {
  if (from.kind === 'outside') return onNode('ext', [agent]);
  if (from.kind === 'node') return onNode(from.name, [agent]);
  const pod = await lab.podNamed(from.namespace, from.name);
  const pid = pod === undefined ? undefined : await lab.podProcess(pod);
  if (pid === undefined) throw new UserError(`${from.label}: its container does not run`);
  return ['nsenter', '-t', String(pid), '-n', '-m', '--', '/agent'];
}
