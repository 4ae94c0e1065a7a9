import type { Ruleset, Table, TableOrigin } from '../ruleset/ruleset.ts';
import { type ChainNames, POLICY } from './chain-names.ts';
import { isForeignHeader, parseDumpHeader } from './dump-header.ts';
import { DumpIssues } from './dump-issues.ts';
import { DumpTable } from './dump-table.ts';
import { guessFamily } from './guess-family.ts';
import { guessTable } from './guess-table.ts';
import { readRow } from './read-row.ts';
import { CELL, Rows } from './rows.ts';

const NEWLINE = 10;
const SPACE = 32;
const LONGEST_LINE = 65_536;
const decoder = new TextDecoder();

/** Reads one dump from its first byte to its last. */
export class DumpReader {
  private readonly path: string;
  private readonly bytes: Uint8Array;
  private readonly hint: 'ip' | 'ip6' | undefined;
  private readonly rows: Rows;
  private readonly issues: DumpIssues;
  private readonly tables: Table[] = [];
  private table: DumpTable | undefined;
  private line = 0;
  /** The chain of the last rule: rules of a chain stand together. */
  private chain = -1;
  private family: 'ip' | 'ip6' | undefined;
  private origin: TableOrigin = 'iptables';
  private isForeign = false;

  constructor(
    { path, bytes }: { readonly path: string; readonly bytes: Uint8Array },
    hint: 'ip' | 'ip6' | undefined,
  ) {
    this.path = path;
    this.bytes = bytes;
    this.hint = hint;
    this.rows = new Rows(bytes);
    this.issues = new DumpIssues(path);
  }

  /** Everything the dump holds. */
  read(): Ruleset {
    const { bytes } = this;
    let at = 0;
    // A byte order mark is no part of the first line.
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
    if (startsWithXml(bytes, at)) {
      this.issues.add(
        0,
        this.textOf(at, Math.min(at + 80, bytes.length)),
        'this is iptables-xml: pass the output of iptables-save instead',
      );
      return { tables: [], issues: this.issues.finish() };
    }
    while (at < bytes.length) {
      this.line++;
      at = this.readLine(at) + 1;
    }
    this.endTable();
    if (this.tables.length === 0 && this.issues.list.length === 0) this.issues.add(0, '', 'holds no table');
    return { tables: this.tables, issues: this.issues.finish() };
  }

  /** Reads the line at `at` and returns where it ends. */
  private readLine(at: number): number {
    const { bytes } = this;
    let start = at;
    // [packets:bytes] in front of a rule.
    if (bytes[at] === 91) start = afterCounters(bytes, at);
    if (bytes[start] === 45 && bytes[start + 1] === 65 && bytes[start + 2] === SPACE && !this.isForeign)
      return this.readRule(start, at);
    const end = this.endOfLine(at);
    const stop = end > at && bytes[end - 1] === 13 ? end - 1 : end;
    if (this.isForeign && bytes[at] !== 35)
      this.fail(at, stop, 'belongs to rules of another layer, which are not read');
    else if (bytes[at] === 58 && this.table !== undefined && this.declare(at + 1, stop)) return end;
    else if (stop - at > LONGEST_LINE)
      this.fail(at, stop, `the line has ${stop - at} bytes, which no rule has`);
    else this.readOther(at, stop);
    return end;
  }

  /** Reads the rule whose `-A` stands at `start`. */
  private readRule(start: number, lineStart: number): number {
    const { bytes, rows } = this;
    const table = (this.table ??= this.beginTable('', lineStart));
    const { names } = table;
    const nameStart = start + 3;
    const nameEnd = this.readChain(names, nameStart);
    if (nameEnd === nameStart) return this.failRule(lineStart, 'names no chain');
    const base = rows.add();
    const { cells } = rows;
    cells[base + CELL.START] = start;
    cells[base + CELL.LINE] = this.line;
    cells[base + CELL.CHAIN] = this.chain;
    if (bytes[nameEnd] === SPACE) {
      const end = readRow(rows, base, nameEnd + 1, names, table.isWide);
      // The last line of a dump that was cut may look whole.
      if (end >= 0 && end < bytes.length) return end;
    }
    return this.readWords(table, base, start);
  }

  /** Makes the chain named at `start` the current one; returns where its name ends. */
  private readChain(names: ChainNames, start: number): number {
    const { bytes, chain } = this;
    if (chain >= 0) {
      const same = names.endOfName(chain, start);
      if (same >= 0) return same;
      // Chains follow each other in the order they were declared.
      const next = chain + 1 < names.count ? names.endOfName(chain + 1, start) : -1;
      if (next >= 0) {
        this.chain++;
        return next;
      }
    }
    let end = start;
    while ((bytes[end] ?? 0) > SPACE) end++;
    if (end > start) this.chain = names.intern(start, end);
    return end;
  }

  /** Keeps the rule at `start` as words, and tells what is wrong with them. */
  private readWords(table: DumpTable, base: number, start: number): number {
    const { bytes, rows } = this;
    const end = this.endOfLine(start);
    const stop = end > start && bytes[end - 1] === 13 ? end - 1 : end;
    rows.cells[base + CELL.END] = stop;
    rows.cells[base + CELL.FLAGS] = 0;
    const row = rows.count - 1;
    if ((end === bytes.length && table.name !== '') || stop - start > LONGEST_LINE) table.cut.add(row);
    const { problem } = table.parseRow(row);
    if (problem !== undefined) this.fail(start, stop, problem);
    return end;
  }

  /** `:CHAIN POLICY [packets:bytes]` behind its colon; false where it is something else. */
  private declare(start: number, stop: number): boolean {
    const { bytes, table } = this;
    let end = start;
    while (end < stop && (bytes[end] ?? 0) > SPACE) end++;
    if (table === undefined || end === start || bytes[end] !== SPACE) return false;
    const at = end + 1;
    let policy: number = POLICY.NONE;
    let next = at + 1;
    if (bytes[at] === 65) {
      policy = POLICY.ACCEPT;
      next = at + 6;
    } else if (bytes[at] === 68) {
      policy = POLICY.DROP;
      next = at + 4;
    } else if (bytes[at] !== 45) return false;
    if (next > stop || (next < stop && bytes[next] !== SPACE)) return false;
    const id = table.names.intern(start, end);
    table.names.declare(id, this.line, policy);
    table.gone.delete(id);
    return true;
  }

  /** A line that is neither a plain rule nor a declaration. */
  private readOther(start: number, stop: number): void {
    const { bytes } = this;
    let first = start;
    while (first < stop && (bytes[first] === SPACE || bytes[first] === 9)) first++;
    if (first === stop) return;
    const text = this.textOf(first, stop);
    if (text.startsWith('#')) this.readComment(start, stop, text);
    else if (/^\*\w+$/.test(text)) {
      this.endTable();
      this.table = this.beginTable(text.slice(1), start);
    } else if (/^COMMIT\s*$/.test(text) && this.table !== undefined) {
      this.table.isComplete = true;
      this.endTable();
    } else if (/^-[PNXIE] /.test(text)) this.readCommand(first, stop, text);
    else this.fail(start, stop, 'not understood');
  }

  private readComment(start: number, stop: number, text: string): void {
    if (/ (?:COMMIT|-A \S+) /.test(text)) {
      this.fail(
        start,
        stop,
        'the line breaks of this dump are lost: its rules stand in one line and are not read',
      );
      return;
    }
    const header = parseDumpHeader(text);
    this.isForeign = header ? false : this.isForeign || isForeignHeader(text);
    if (header) {
      this.family = header.family;
      this.origin = header.origin ?? 'iptables';
    } else if (text.startsWith('# Warning:')) {
      this.fail(start, stop, 'rules exist that this dump does not show');
    } else if (/^# Table `.*' is incompatible/.test(text)) {
      this.fail(start, stop, 'a table exists that this dump does not show');
    }
  }

  /** A line of `iptables -S`, or a command of iptables-restore. */
  private readCommand(start: number, stop: number, text: string): void {
    const [command = '', name = '', policy = ''] = text.trimEnd().split(/\s+/);
    const nameStart = start + text.indexOf(name, 2);
    const nameEnd = nameStart + new TextEncoder().encode(name).length;
    // The chains of the next table follow those of the last: -S prints no name between them.
    const known = this.table?.names.find(nameStart, nameEnd) ?? -1;
    const isDeclared = known >= 0 && (this.table?.names.lineOf(known) ?? 0) > 0;
    if (this.table?.name === '' && isDeclared && (command === '-P' || command === '-N')) this.endTable();
    const table = (this.table ??= this.beginTable('', start));
    const id = table.names.intern(nameStart, nameEnd);
    if (command === '-P' && (policy === 'ACCEPT' || policy === 'DROP')) {
      table.names.declare(id, this.line, policy === 'DROP' ? POLICY.DROP : POLICY.ACCEPT);
    } else if (command === '-N') {
      table.names.declare(id, this.line, POLICY.NONE);
      table.gone.delete(id);
    } else if (command === '-X') {
      table.gone.add(id);
    } else if (command === '-I') {
      const base = this.rows.add();
      this.rows.cells[base + CELL.START] = start;
      this.rows.cells[base + CELL.LINE] = this.line;
      this.rows.cells[base + CELL.CHAIN] = id;
      const place = /^\d+$/.test(policy) ? Number(policy) - 1 : 0;
      table.inserted.set(this.rows.count - 1, Math.max(place, 0));
      this.readWords(table, base, start);
    } else this.fail(start, stop, 'a command that is not understood');
  }

  private beginTable(name: string, at: number): DumpTable {
    this.chain = -1;
    const family = this.family ?? this.hint ?? guessFamily(this.bytes, at);
    return new DumpTable(this.rows, name, family, this.origin);
  }

  private endTable(): void {
    const { table, issues } = this;
    this.table = undefined;
    this.chain = -1;
    if (table === undefined) return;
    let isComplete = table.isComplete;
    if (table.name === '') isComplete = this.nameTable(table);
    else if (!isComplete) {
      const problem = `table ${table.name} has no COMMIT: the dump is cut, and more may follow`;
      issues.add(0, `*${table.name}`, problem);
    } else if (!table.hasBuiltIn()) {
      isComplete = false;
      const problem = `table ${table.name} declares no built-in chain: this is input of iptables-restore, not all of the table`;
      issues.add(0, `*${table.name}`, problem);
    }
    if (this.tables.some(({ name, family }) => name === table.name && family === table.family))
      issues.add(0, `*${table.name}`, `table ${table.name} appears more than once`);
    this.tables.push(table.finish(this.path, isComplete));
  }

  /** Guesses the name of a table without one; returns whether all of it is there. */
  private nameTable(table: DumpTable): boolean {
    const declared = table.builtInNames();
    table.name = guessTable(declared, table.lineTexts());
    const how = declared.length > 0 ? `the built-in chains ${declared.join(', ')}` : 'its rules';
    this.issues.add(0, '', `no line names the table: taken for ${table.name} by ${how}`);
    return declared.length > 1 && this.bytes.at(-1) === NEWLINE;
  }

  private failRule(start: number, problem: string): number {
    const end = this.endOfLine(start);
    this.fail(start, end, problem);
    return end;
  }

  private fail(start: number, stop: number, problem: string): void {
    this.issues.add(this.line, this.textOf(start, Math.min(stop, start + 1000)), problem);
  }

  private endOfLine(at: number): number {
    const end = this.bytes.indexOf(NEWLINE, at);
    return end < 0 ? this.bytes.length : end;
  }

  private textOf(start: number, stop: number): string {
    return decoder.decode(this.bytes.subarray(start, stop));
  }
}

/** Where the rule behind `[1:2] ` begins; `at` where no counters stand there. */
function afterCounters(bytes: Uint8Array, at: number): number {
  let next = at + 1;
  for (;;) {
    const byte = bytes[next] ?? 0;
    if (byte === 93) return bytes[next + 1] === SPACE ? next + 2 : at;
    if (byte !== 58 && !(byte >= 48 && byte <= 57)) return at;
    next++;
  }
}

function startsWithXml(bytes: Uint8Array, at: number): boolean {
  const text = decoder.decode(bytes.subarray(at, at + 400)).trimStart();
  return text.startsWith('<?xml') || text.startsWith('<iptables-rules');
}
