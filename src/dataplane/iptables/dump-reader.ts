import type { Ruleset, Table, TableOrigin } from '../ruleset/ruleset.ts';
import { POLICY } from './chain-names.ts';
import { isForeignHeader, parseDumpHeader } from './dump-header.ts';
import { DumpIssues } from './dump-issues.ts';
import { DumpTable } from './dump-table.ts';
import { guessFamily } from './guess-family.ts';
import { guessTable } from './guess-table.ts';
import * as CELL from './row-cells.ts';
import { Rows } from './rows.ts';
import { Scanner } from './scanner.ts';

const NEWLINE = 10;
const SPACE = 32;
const LONGEST_LINE = 65_536;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Reads one dump from its first byte to its last. */
export class DumpReader {
  private readonly path: string;
  private readonly bytes: Uint8Array;
  private readonly hint: 'ip' | 'ip6' | undefined;
  private readonly rows: Rows;
  private readonly scanner: Scanner;
  private readonly issues: DumpIssues;
  private readonly tables: Table[] = [];
  private table: DumpTable | undefined;
  private line = 0;
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
    this.scanner = new Scanner(bytes, this.rows);
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
      if (this.table !== undefined && !this.isForeign) at = this.scan(at);
      if (at === bytes.length) break;
      this.line++;
      at = this.readLine(at) + 1;
    }
    this.endTable();
    if (this.tables.length === 0 && this.issues.list.length === 0) this.issues.add(0, '', 'holds no table');
    return { tables: this.tables, issues: this.issues.finish() };
  }

  /** Reads lines as long as they are plain rules or declarations; returns where the first other begins. */
  private scan(at: number): number {
    const { at: next, count } = this.scanner.readLines(at, this.line + 1);
    this.line += count;
    return next;
  }

  /** Reads the line at `at`, which is no plain one, and returns where it ends. */
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
    else if (stop - at > LONGEST_LINE)
      this.fail(at, stop, `the line has ${stop - at} bytes, which no rule has`);
    else this.readOther(at, stop);
    return end;
  }

  /** Reads the rule whose `-A` stands at `start`. */
  private readRule(start: number, lineStart: number): number {
    const table = (this.table ??= this.beginTable('', lineStart));
    let nameEnd = start + 3;
    while ((this.bytes[nameEnd] ?? 0) > SPACE) nameEnd++;
    const chain = this.scanner.intern(this.bytes.subarray(start + 3, nameEnd));
    return chain < 0 ? this.failRule(lineStart, 'names no chain') : this.readWords(table, chain, start);
  }

  /** Keeps the rule of `chain` at `start` as words, and tells what is wrong with them. */
  private readWords(table: DumpTable, chain: number, start: number): number {
    const { bytes, rows } = this;
    const end = this.endOfLine(start);
    const stop = end > start && bytes[end - 1] === 13 ? end - 1 : end;
    const base = this.scanner.addRow(chain);
    rows.cells[base + CELL.START] = start;
    rows.cells[base + CELL.END] = stop;
    rows.cells[base + CELL.LINE] = this.line;
    rows.cells[base + CELL.CHAIN] = chain;
    const row = rows.count - 1;
    if ((end === bytes.length && table.name !== '') || stop - start > LONGEST_LINE) table.cut.add(row);
    const { problem } = table.parseRow(row);
    if (problem !== undefined) this.fail(start, stop, problem);
    return end;
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
    else {
      // What looks like a rule or a chain may be one that is lost; what does not was printed by something else.
      if (this.table !== undefined && /^[:[]|-[AIjg] /.test(text)) this.table.isDamaged = true;
      this.fail(start, stop, 'not understood');
    }
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
    const { scanner } = this;
    const nameBytes = encoder.encode(name);
    let table = (this.table ??= this.beginTable('', start));
    let id = scanner.intern(nameBytes);
    // The chains of the next table follow those of the last: -S prints no name between them.
    if (table.name === '' && id >= 0 && scanner.lineOf(id) > 0 && (command === '-P' || command === '-N')) {
      this.endTable();
      this.table = table = this.beginTable('', start);
      id = scanner.intern(nameBytes);
    }
    if (id < 0) this.fail(start, stop, 'names no chain');
    else if (command === '-P' && (policy === 'ACCEPT' || policy === 'DROP'))
      scanner.declare(id, this.line, policy === 'DROP' ? POLICY.DROP : POLICY.ACCEPT);
    else if (command === '-N') scanner.declare(id, this.line, POLICY.NONE);
    else if (command === '-X') table.deleted.set(id, this.line);
    else if (command === '-I') {
      const place = /^\d+$/.test(policy) ? Number(policy) - 1 : 0;
      table.inserted.set(this.rows.count, Math.max(place, 0));
      this.readWords(table, id, start);
    } else this.fail(start, stop, 'a command that is not understood');
  }

  private beginTable(name: string, at: number): DumpTable {
    const family = this.family ?? this.hint ?? guessFamily(this.bytes, at);
    this.scanner.beginTable(family === 'ip6');
    return new DumpTable(this.rows, name, family, this.origin);
  }

  private endTable(): void {
    const { table, issues } = this;
    this.table = undefined;
    if (table === undefined) return;
    table.names = this.scanner.takeNames();
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
