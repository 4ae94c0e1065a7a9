import type { ParseIssue } from '../../model/evidence.ts';

const MOST = 500;
const SHOWN = 200;

/** Collects what a parser did not understand; lines in a row with the same problem are told once. */
export class DumpIssues {
  readonly list: ParseIssue[] = [];
  private readonly source: string;
  private lastLine = -1;
  private repeats = 0;
  private dropped = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** `line` is 1-based; 0 means the whole source. */
  add(line: number, text: string, problem: string): void {
    const last = this.list.at(-1);
    if (last?.problem === problem && line > 0 && line === this.lastLine + 1) {
      this.lastLine = line;
      this.repeats++;
      return;
    }
    this.tellRepeats();
    if (this.list.length >= MOST) {
      this.dropped++;
      return;
    }
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    this.list.push({ source: this.source, ...(line > 0 && { line }), text: shown, problem });
    this.lastLine = line;
  }

  /** All of them; says how many more there were. */
  finish(): readonly ParseIssue[] {
    this.tellRepeats();
    if (this.dropped > 0) {
      const problem = `${this.dropped} further problems are not listed`;
      this.list.push({ source: this.source, text: '', problem });
    }
    return this.list;
  }

  private tellRepeats(): void {
    const last = this.list.at(-1);
    if (last === undefined || this.repeats === 0) return;
    const lines = this.repeats === 1 ? 'line' : 'lines';
    this.list[this.list.length - 1] = {
      ...last,
      problem: `${last.problem} (and the ${this.repeats} ${lines} after it)`,
    };
    this.repeats = 0;
  }
}
