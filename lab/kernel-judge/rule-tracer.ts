import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Frontend } from './frontend.ts';
import type { JudgeNetwork } from './judge-network.ts';

/** What the kernel told of one packet: lines of the dump whose rules applied, in order, and whether the last one dropped it. */
export interface RuleTrace {
  readonly lines: readonly number[];
  readonly isDropped: boolean;
}

/** Makes nf_tables tell of every packet that arrives. The table is of no family that a judged one has. */
export const NFT_TRACER = `table inet tracer
delete table inet tracer
table inet tracer {
  chain prerouting {
    type filter hook prerouting priority -450; policy accept;
    meta nftrace set 1
  }
}
`;

const LOG_EVERYWHERE = '/proc/sys/net/netfilter/nf_log_all_netns';
const PATIENCE_MS = 5000;
const MONITORS = {
  nft: ['stdbuf', '-oL', 'nft', 'monitor', 'trace'],
  'iptables-nft': ['xtables-monitor', '--trace'],
} as const;
const MEANINGLESS = {
  source: '198.18.0.1',
  destination: '203.0.113.1',
  destinationPort: 9,
  protocol: 'udp',
} as const;

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 3));
}

/** An applied rule or a policy: `place` is the rule's comment, handle or number, told apart by `frontend`. */
export interface Told {
  readonly port: number;
  /** The packet's source address and what its sender numbered it by (IPv4's identification, IPv6's flow label); absent as `family`. */
  readonly source?: string;
  readonly identity?: string;
  /** As nft names it; absent where the tracer does not tell. */
  readonly family?: string;
  readonly table: string;
  readonly chain: string;
  readonly place: string | undefined;
  readonly isDrop: boolean;
}

/** Listens to the kernel's own tracing: of nf_tables by its monitors, of legacy iptables by the log. */
export class RuleTracer {
  readonly #judge: JudgeNetwork;
  readonly #frontend: Frontend;
  #monitor: ChildProcess | undefined;
  readonly #logged: string | undefined;
  readonly #marker = `judge ${process.pid} ${Date.now()}`;
  #text = '';

  constructor(judge: JudgeNetwork, frontend: Frontend) {
    this.#judge = judge;
    this.#frontend = frontend;
    if (frontend === 'iptables-legacy') {
      this.#logged = readFileSync(LOG_EVERYWHERE, 'utf8');
      writeFileSync(LOG_EVERYWHERE, '1');
      writeFileSync('/dev/kmsg', this.#marker);
    }
  }

  /** Listens to the ruleset that is loaded now: the monitor of nft knows only the rules that were there when it began. */
  async listen(): Promise<void> {
    if (this.#frontend === 'iptables-legacy') return;
    if (this.#frontend === 'nft' || this.#monitor === undefined) {
      this.#monitor?.kill();
      const monitor = this.#judge.spawn(...MONITORS[this.#frontend]);
      this.#monitor = monitor;
      this.#text = '';
      monitor.stdout?.on('data', (data) => {
        if (this.#monitor === monitor) this.#text += String(data);
      });
    }
    // It does not say when it is ready.
    while (this.#text === '') {
      await this.#judge.send(MEANINGLESS, this.#judge.freshPort());
      await pause();
    }
  }

  /** What was told since `listen`, by source port. */
  async read(dump: string): Promise<Map<number, RuleTrace>> {
    const lastPort = this.#judge.freshPort();
    await this.#judge.send(MEANINGLESS, lastPort);
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const told = this.#parse();
      if (told.some(({ port }) => port === lastPort)) {
        this.#text = '';
        return this.#order(told, dump);
      }
      if (Date.now() > until) throw new Error(`the kernel told nothing of port ${lastPort}: ${this.#text}`);
      await pause();
    }
  }

  /** Stops listening. */
  close(): void {
    this.#monitor?.kill();
    if (this.#logged !== undefined) writeFileSync(LOG_EVERYWHERE, this.#logged);
  }

  #parse(): Told[] {
    switch (this.#frontend) {
      case 'nft':
        return parseNftMonitor(this.#text);
      case 'iptables-nft':
        return parseXtablesMonitor(this.#text);
      case 'iptables-legacy':
        return parseLog(this.#judge.run('dmesg').split(this.#marker).at(-1) ?? '');
    }
  }

  #order(told: readonly Told[], dump: string): Map<number, RuleTrace> {
    const lineOf = this.#frontend === 'nft' ? byComment(dump) : byNumber(dump);
    const numberOf = this.#frontend === 'iptables-nft' ? byHandle(this.#judge) : undefined;
    const traces = new Map<number, { lines: number[]; isDropped: boolean }>();
    for (const { port, table, chain, place, isDrop } of told) {
      const trace = traces.get(port) ?? { lines: [], isDropped: false };
      traces.set(port, trace);
      const key = `${table} ${chain} ${place ?? ''}`;
      const line = place === undefined ? undefined : lineOf.get(numberOf?.get(key) ?? key);
      if (line !== undefined) trace.lines.push(line);
      // The log does not tell verdicts: a rule tells by its target, what lies past the last rule by the policy.
      const isLogged = this.#frontend === 'iptables-legacy';
      const text = line === undefined ? lineOf.get(`${table} ${chain} policy`) : line;
      trace.isDropped = isLogged
        ? /-j (DROP|REJECT)\b| DROP \[/.test(dump.split('\n')[(text ?? 0) - 1] ?? '')
        : isDrop;
    }
    return traces;
  }
}

/**
 * Lines like `trace id 803620b6 ip judge-raw A rule … comment "raw A 3" (verdict accept)` that `nft monitor trace` printed of packets with a
 * source port. `place` finds what names a rule: its comment unless told otherwise.
 */
export function parseNftMonitor(text: string, place: RegExp = /comment "([^"]*)"/): Told[] {
  const packets = new Map<string, Pick<Told, 'port' | 'source' | 'identity'>>();
  return text.split(/^trace id /m).flatMap((event) => {
    const [id = '', family = '', table = '', chain = '', kind = ''] = event.split(' ');
    const port = / sport (\d+)/.exec(event)?.[1];
    if (kind === 'packet:' && port !== undefined) {
      const source = / ip6? saddr (\S+)/.exec(event)?.[1] ?? '';
      const identity = / (?:ip id|flowlabel) (\S+)/.exec(event)?.[1] ?? '';
      packets.set(id, { port: Number(port), source, identity });
    }
    const own = packets.get(id);
    if (own === undefined || !['rule', 'policy', 'packet:'].includes(kind)) return [];
    const found = kind === 'rule' ? place.exec(event)?.[1] : undefined;
    const isDrop = /\(verdict drop\)|policy drop/.test(event);
    return [{ ...own, family, table, chain, place: found, isDrop }];
  });
}

//  TRACE: 2 02043d21 filter:OUTPUT:rule:0x5:DROP  -4 -t filter -A OUTPUT -p udp -j DROP
function parseXtablesMonitor(text: string): Told[] {
  const ports = new Map<string, number>();
  return text.split('\n').flatMap((line) => {
    const packet = /^PACKET: 2 (\w+) .*SPORT=(\d+)/.exec(line);
    if (packet) ports.set(packet[1] ?? '', Number(packet[2]));
    const told = /^ TRACE: 2 (\w+) ([^:]+):([^:]+):(\w+):(\w+)(?::(\w+))?/.exec(line);
    const port = ports.get(told?.[1] ?? packet?.[1] ?? '');
    if (port === undefined) return [];
    const [, , table = '', chain = '', kind, what, verdict] = told ?? [];
    const isDrop = kind === 'policy' ? what === 'DROP' : verdict === 'DROP';
    return [{ port, table, chain, place: kind === 'rule' ? what : undefined, isDrop }];
  });
}

// TRACE: filter:INPUT:rule:2 IN=judge1 OUT= … SPT=1101
function parseLog(text: string): Told[] {
  return text.split('\n').flatMap((line) => {
    const told = /TRACE: (\w+):([^:]+):\w+:(\d+) .*SPT=(\d+)/.exec(line);
    if (!told) return [];
    const [, table = '', chain = '', place, port] = told;
    return [{ port: Number(port), table, chain, place, isDrop: false }];
  });
}

/** `table chain number` and `table chain policy` → line, of what iptables-save printed. */
function byNumber(dump: string): Map<string, number> {
  const lines = new Map<string, number>();
  const counts = new Map<string, number>();
  let table = '';
  for (const [i, text] of dump.split('\n').entries()) {
    table = /^\*(\w+)/.exec(text)?.[1] ?? table;
    const declared = /^:(\S+)/.exec(text)?.[1];
    if (declared !== undefined) lines.set(`${table} ${declared} policy`, i + 1);
    const chain = /-A (\S+)/.exec(text)?.[1];
    if (chain === undefined) continue;
    const number = (counts.get(`${table} ${chain}`) ?? 0) + 1;
    counts.set(`${table} ${chain}`, number);
    lines.set(`${table} ${chain} ${number}`, i + 1);
  }
  return lines;
}

/** `table chain comment` → line, of what nft printed. */
function byComment(dump: string): Map<string, number> {
  const lines = new Map<string, number>();
  let table = '';
  let chain = '';
  for (const [i, text] of dump.split('\n').entries()) {
    table = /^table \S+ (\S+)/.exec(text)?.[1] ?? table;
    chain = /^\tchain (\S+)/.exec(text)?.[1] ?? chain;
    const comment = / comment "([^"]*)"/.exec(text)?.[1];
    if (comment !== undefined) lines.set(`${table} ${chain} ${comment}`, i + 1);
  }
  return lines;
}

/** `table chain handle` → `table chain number`. */
function byHandle(judge: JudgeNetwork): Map<string, string> {
  const numbers = new Map<string, string>();
  let table = '';
  let chain = '';
  let number = 0;
  for (const text of judge.run('nft', '-a', 'list', 'ruleset').split('\n')) {
    table = /^table \S+ (\S+)/.exec(text)?.[1] ?? table;
    const begun = /^\tchain (\S+)/.exec(text)?.[1];
    if (begun !== undefined) {
      chain = begun;
      number = 0;
    }
    const handle = /^\t\t.*# handle (\d+)$/.exec(text)?.[1];
    if (handle !== undefined)
      numbers.set(`${table} ${chain} 0x${Number(handle).toString(16)}`, `${table} ${chain} ${++number}`);
  }
  return numbers;
}
