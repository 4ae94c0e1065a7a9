import { type ChildProcess, spawn } from 'node:child_process';
import type { Lab } from '../cluster/lab.ts';
import type { LabNode } from '../cluster/layout.ts';
import { onNode } from '../cluster/node.ts';
import { probe } from '../evidence/probe.ts';
import { pause, until } from '../machine/run.ts';
import { parseNftMonitor, type Told } from './rule-tracer.ts';

/** The source ports whose connections are traced: above those that the kernel takes by itself (net.ipv4.ip_local_port_range). */
export const TRACED = { first: 61_000, last: 64_999 } as const;

const PORTS = `${TRACED.first}-${TRACED.last}`;
const MARK = [
  `udp sport ${PORTS} meta nftrace set 1`,
  `tcp sport ${PORTS} tcp flags & (syn | ack) == syn meta nftrace set 1`,
];
const CHAINS = ['prerouting', 'output'].map((hook) =>
  [`\tchain ${hook} {`, `type filter hook ${hook} priority -450; policy accept`, ...MARK, '}'].join('\n'),
);
const TRACER = ['table inet tracer {', ...CHAINS, '}', ''].join('\n');

/** What the kernel of one node told of one packet: the rules it met, in order, and whether the last one dropped it. */
export interface NodeTrace {
  readonly port: number;
  readonly source: string;
  /** What its sender numbered it by: the same on every node, whatever is translated. */
  readonly identity: string;
  readonly rules: readonly string[];
  readonly isDropped: boolean;
}

/**
 * Listens to nf_tables of one lab node, which tells of the first packet of every connection that comes from one of the `TRACED` ports: rules
 * of nftables and of iptables-nft alike. *Source:* nft(8), MONITOR.
 */
export class NodeTracer {
  readonly #lab: Lab;
  readonly #node: LabNode;
  #monitor: ChildProcess | undefined;
  #text = '';

  constructor(lab: Lab, node: LabNode) {
    this.#lab = lab;
    this.#node = node;
  }

  /** Begins; `port` is one that nothing else uses. The monitor knows only the rules that are there at this moment. */
  async listen(port: number): Promise<void> {
    await this.#lab.onNode(this.#node.name, 'nft -f -', TRACER);
    const monitor = ['stdbuf', '-oL', 'nft', '-a', 'monitor', 'trace'];
    const [file = '', ...args] = onNode(this.#node.name, monitor);
    this.#monitor = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#monitor.stdout?.on('data', (data) => (this.#text += String(data)));
    // It does not say when it is ready.
    await until(`nft monitor on ${this.#node.name}`, 10_000, async () => {
      await this.#sendMark(port);
      await pause(50);
      return this.#text !== '';
    });
  }

  /** What was told since `listen`; `port` is one that nothing else uses. */
  async read(port: number): Promise<readonly NodeTrace[]> {
    await this.#sendMark(port);
    await until(`what nft tells on ${this.#node.name}`, 10_000, async () =>
      this.#text.includes(`sport ${port} `),
    );
    const numbers = await this.#ruleNumbers();
    const traces = new Map<string, NodeTrace & { isDropped: boolean; readonly rules: string[] }>();
    for (const told of parseNftMonitor(this.#text, / # handle (\d+) \(verdict/)) {
      if (told.table === 'tracer') continue;
      const { port: own, source = '', identity = '', isDrop } = told;
      const key = `${own} ${identity}`;
      const trace = traces.get(key) ?? { port: own, source, identity, rules: [], isDropped: isDrop };
      traces.set(key, trace);
      trace.isDropped = isDrop;
      if (told.place !== undefined) trace.rules.push(ruleKey(told, numbers));
    }
    return [...traces.values()];
  }

  /** Stops, and takes the tracing out of the node's rules. */
  async close(): Promise<void> {
    this.#monitor?.kill();
    await this.#lab.tryOnNode(this.#node.name, 'nft delete table inet tracer');
  }

  async #sendMark(port: number): Promise<void> {
    const from = { kind: 'node', name: this.#node.name, label: this.#node.name } as const;
    const target = { address: `udp/${this.#node.address}:9`, label: 'mark' };
    await probe(this.#lab, from, [target], { tries: 1, timeoutMs: 20, localPort: port });
  }

  /** `family table chain handle` → number of the rule in its chain, from 0. */
  async #ruleNumbers(): Promise<Map<string, number>> {
    const text = await this.#lab.onNode(this.#node.name, 'nft -a -j list ruleset');
    const { nftables } = JSON.parse(text) as { nftables: { rule?: ListedRule }[] };
    const numbers = new Map<string, number>();
    const counts = new Map<string, number>();
    for (const { rule } of nftables) {
      if (rule === undefined) continue;
      const chain = `${rule.family} ${rule.table} ${rule.chain}`;
      const number = counts.get(chain) ?? 0;
      counts.set(chain, number + 1);
      numbers.set(`${chain} ${rule.handle}`, number);
    }
    return numbers;
  }
}

interface ListedRule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
}

function ruleKey({ family, table, chain, place }: Told, numbers: ReadonlyMap<string, number>): string {
  const where = `${family} ${table} ${chain}`;
  return `${where} ${numbers.get(`${where} ${place}`) ?? 'unlisted'}`;
}
