import type { Chain, Rule, Table, TableOrigin } from '../ruleset/ruleset.ts';
import { baseChainOf, isBuiltIn } from './base-chains.ts';
import { ChainMap } from './chain-map.ts';
import { ChainNames, POLICY } from './chain-names.ts';
import { type ParsedRule, opaque, parseRule } from './parse-rule.ts';
import { RowList, type RowSource } from './row-list.ts';
import { ruleOfRow } from './row-rule.ts';
import type { RuleContext } from './rule-syntax.ts';
import * as CELL from './row-cells.ts';
import * as FLAG from './row-flags.ts';
import { ROW_CELLS, type Rows } from './rows.ts';

const MOST_RECENT = 4096;
const decoder = new TextDecoder();

/** One table of a dump while it is read, and what its rules are made from afterwards. */
export class DumpTable implements RowSource {
  /** Empty while nothing has named it. */
  name: string;
  readonly family: 'ip' | 'ip6';
  readonly origin: TableOrigin;
  /** Empty until all lines are read. */
  names: ChainNames = ChainNames.NONE;
  readonly rows: Rows;
  /** Whether COMMIT was seen. */
  isComplete = false;
  /** Whether a line was not understood that may be a rule or a chain. */
  isDamaged = false;
  /** Chains that a line deleted → that line. A later declaration brings them back. */
  readonly deleted: Map<number, number> = new Map();
  /** Rows whose line ends in the middle. */
  readonly cut: Set<number> = new Set();
  /** Rows that a line put at a place other than the end: row → 0-based place. */
  readonly inserted: Map<number, number> = new Map();
  private readonly firstRow: number;
  private readonly cache = new Map<number, Rule>();

  constructor(rows: Rows, name: string, family: 'ip' | 'ip6', origin: TableOrigin) {
    this.rows = rows;
    this.name = name;
    this.family = family;
    this.origin = origin;
    this.firstRow = rows.count;
  }
  /** Rules made lately: several clients of a Service walk the same ones, and hundreds of thousands are not kept. */
  private readonly recent = new Map<number, Rule>();

  /** Whether addresses are IPv6. */
  get isWide(): boolean {
    return this.family === 'ip6';
  }

  /** The rule of row `row`. */
  ruleOf(row: number): Rule {
    return this.recent.get(row) ?? this.cache.get(row) ?? this.makeRule(row);
  }

  private makeRule(row: number): Rule {
    const { rows, names } = this;
    const base = row * ROW_CELLS;
    const target = this.targetOf(base);
    if (target !== undefined) {
      if (this.recent.size >= MOST_RECENT) this.recent.clear();
      const own = names.nameOf(rows.cells[base + CELL.CHAIN] ?? 0);
      const made = ruleOfRow(rows, base, { own, target }, this.isWide);
      this.recent.set(row, made);
      return made;
    }
    const { parts, comment } = this.parseRow(row);
    const rule: Rule = {
      line: rows.cells[base + CELL.LINE] ?? 0,
      text: this.textOf(row),
      parts,
      ...(comment === undefined ? {} : { comment }),
    };
    this.cache.set(row, rule);
    return rule;
  }

  /** The name of the chain that the row at `base` jumps to, empty where it does not jump; undefined where its words tell what it does. */
  private targetOf(base: number): string | undefined {
    const { rows, names } = this;
    const flags = rows.cells[base + CELL.FLAGS] ?? 0;
    if ((flags & FLAG.READ) === 0) return undefined;
    if ((flags & FLAG.JUMP) === 0) return '';
    const name = rows.bytes.subarray(rows.cells[base + CELL.TARGET], rows.cells[base + CELL.TARGET_END]);
    const id = names.find(name);
    return id >= 0 && names.lineOf(id) > 0 ? names.nameOf(id) : undefined;
  }

  /** Reads the words of row `row`. */
  parseRow(row: number): ParsedRule {
    const text = this.textOf(row);
    if (this.cut.has(row)) return { parts: opaque(text), problem: 'the line ends in the middle' };
    return parseRule(text, /^-[AI] +\S+( +\d+(?= ))?/.exec(text)?.[0].length ?? 0, this.contextOf());
  }

  /** The built-in chains that are declared, in the order of the dump. */
  builtInNames(): string[] {
    const found: string[] = [];
    for (let id = 0; id < this.names.count; id++) {
      if (this.names.lineOf(id) === 0) continue;
      const name = this.names.nameOf(id);
      if (isBuiltIn(name)) found.push(name);
    }
    return found;
  }

  /** Whether a built-in chain is declared. The save tools print those first. */
  hasBuiltIn(): boolean {
    for (let id = 0; id < Math.min(this.names.count, 8); id++)
      if (isBuiltIn(this.names.nameOf(id))) return true;
    return this.builtInNames().length > 0;
  }

  /** The lines of its rules; at most the first thousand. */
  lineTexts(): string[] {
    const texts: string[] = [];
    for (let row = this.firstRow; row < this.rows.count && texts.length < 1000; row++)
      texts.push(this.textOf(row));
    return texts;
  }

  private textOf(row: number): string {
    const { cells, bytes } = this.rows;
    const base = row * ROW_CELLS;
    const text = decoder.decode(bytes.subarray(cells[base + CELL.START], cells[base + CELL.END]));
    // Counters as `iptables -S -v` prints them.
    return text.replace(/ -c \d+ \d+/, '');
  }

  private contextOf(): RuleContext {
    return {
      family: this.family,
      isChain: (name) => {
        const id = this.names.findName(name);
        return id >= 0 && this.names.lineOf(id) > 0;
      },
    };
  }

  /** The table as others see it. Nothing may be added afterwards. */
  finish(source: string, isComplete: boolean): Table {
    const { family, name, origin, names } = this;
    const gone = [...this.deleted].filter(([id, line]) => names.lineOf(id) < line).map(([id]) => id);
    const isInOrder = names.isGrouped && this.inserted.size === 0;
    const sorted = isInOrder ? undefined : this.sortByChain();
    const chains = new ChainMap(names, new Set(gone), (id) => {
      const first = sorted?.starts[id] ?? names.firstRowOf(id);
      return this.makeChain(id, new RowList(this, sorted?.order, first, names.rowCountOf(id)));
    });
    return { family, name, origin, source, chains, sets: new Map(), complete: isComplete && !this.isDamaged };
  }

  private makeChain(id: number, rules: RowList): Chain {
    const name = this.names.nameOf(id);
    const policy = this.names.policyOf(id) === POLICY.DROP ? 'drop' : 'accept';
    const base = isBuiltIn(name) ? baseChainOf(this.name, name, policy, this.origin) : undefined;
    return { name, ...(base && { base }), rules, line: this.names.lineOf(id) };
  }

  /** Row numbers, those of each chain together in the order of its rules, and the place of the first of each chain. */
  private sortByChain(): { readonly order: Int32Array; readonly starts: Int32Array } {
    const { names, firstRow } = this;
    const { cells, count } = this.rows;
    const starts = new Int32Array(names.count);
    for (let id = 1; id < names.count; id++) starts[id] = (starts[id - 1] ?? 0) + names.rowCountOf(id - 1);
    const free = starts.slice();
    const order = new Int32Array(count - firstRow);
    for (let row = firstRow; row < count; row++) {
      const chain = cells[row * ROW_CELLS + CELL.CHAIN] ?? 0;
      const first = starts[chain] ?? 0;
      const last = free[chain] ?? 0;
      const place = Math.min(first + (this.inserted.get(row) ?? last), last);
      if (place < last) order.copyWithin(place + 1, place, last);
      order[place] = row;
      free[chain] = last + 1;
    }
    return { order, starts };
  }
}
