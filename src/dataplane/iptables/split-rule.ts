import { behaviourMatches } from './matches/behaviour.ts';
import { connectionMatches } from './matches/connection.ts';
import { portMatches } from './matches/ports.ts';
import { sideMatches } from './matches/sides.ts';
import type { Extension, Option } from './rule-syntax.ts';
import { markTargets } from './targets/mark.ts';
import { natTargets } from './targets/nat.ts';
import { otherTargets } from './targets/other.ts';
import type { Word } from './words.ts';

/** A match or target with the options that were given to it. */
export interface Use {
  readonly name: string;
  /** Undefined where the extension is not modelled. */
  readonly extension: Extension | undefined;
  readonly options: Option[];
  /** Its words as they stand in the line. */
  readonly texts: string[];
  /** Whether an option was met that the extension, as modelled, does not have. */
  hasUnknown: boolean;
}

/** A rule's words, sorted by whom they belong to. */
export interface SplitRule {
  /** Options of the rule itself (`-s`, `-d`, `-i`, `-o`, `-p`, `-f`), by their short names. */
  readonly header: Option[];
  readonly matches: Use[];
  readonly target: (Use & { readonly isGoto: boolean }) | undefined;
  readonly comments: string[];
  /** What belongs to nothing. */
  readonly strays: string[];
}

const table = (entries: Readonly<Record<string, Extension>>): [string, Extension][] =>
  Object.entries(entries);

const MATCHES: ReadonlyMap<string, Extension> = new Map([
  ...table(portMatches),
  ...table(connectionMatches),
  ...table(sideMatches),
  ...table(behaviourMatches),
]);
const TARGETS: ReadonlyMap<string, Extension> = new Map([
  ...table(otherTargets),
  ...table(natTargets),
  ...table(markTargets),
]);

const HEADER: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '-s': '-s',
    '--source': '-s',
    '--src': '-s',
    '-d': '-d',
    '--destination': '-d',
    '--dst': '-d',
    '-i': '-i',
    '--in-interface': '-i',
    '-o': '-o',
    '--out-interface': '-o',
    '-p': '-p',
    '--protocol': '-p',
    '--proto': '-p',
    '-f': '-f',
    '--fragment': '-f',
  }),
);

/** Reads the words of one rule, without its `-A CHAIN`, from left to right. */
export class RuleSplitter {
  private readonly header: Option[] = [];
  private readonly matches: Use[] = [];
  private readonly comments: string[] = [];
  private readonly strays: string[] = [];
  private target: (Use & { readonly isGoto: boolean }) | undefined;
  private at = 0;
  private readonly words: readonly Word[];
  private readonly line: string;

  constructor(words: readonly Word[], line: string) {
    this.words = words;
    this.line = line;
  }

  /** Everything, sorted. */
  split(): SplitRule {
    while (this.at < this.words.length) this.readOption();
    const { header, matches, target, comments, strays } = this;
    return { header, matches, target, comments, strays };
  }

  private readOption(): void {
    const first = this.at;
    const not = this.takeNot();
    const word = this.words[this.at];
    const name = word?.text ?? '';
    this.at++;
    const header = HEADER.get(name);
    if (word?.isQuoted === true) this.stray(first);
    else if (header !== undefined) this.readHeader(header, not, first);
    else if (name === '-m' || name === '--match') this.readMatch();
    else if (name === '-j' || name === '--jump' || name === '-g' || name === '--goto')
      this.readTarget(name, first);
    else if (name === '-c' || name === '--set-counters') this.at += 2;
    else if (name === '--comment') this.comments.push(this.takeValue() ?? '');
    else if (name.startsWith('--')) this.readExtensionOption(name, not, first);
    else this.stray(first);
  }

  private readHeader(name: string, before: boolean, first: number): void {
    if (name === '-f') {
      this.header.push({ name, values: [], not: before });
      return;
    }
    const after = this.takeNot();
    const value = this.takeValue();
    if (value === undefined) this.stray(first);
    else this.header.push({ name, values: [value], not: before || after });
  }

  private readMatch(): void {
    const first = this.at - 1;
    const name = this.takeValue();
    if (name === undefined) this.stray(first);
    else if (name !== 'comment') this.matches.push(this.use(name, MATCHES.get(name), first));
  }

  private readTarget(option: string, first: number): void {
    const name = this.takeValue();
    if (name === undefined || this.target) {
      this.stray(first);
      return;
    }
    const isGoto = option === '-g' || option === '--goto';
    this.target = Object.assign(this.use(name, TARGETS.get(name), first), { isGoto });
  }

  private use(name: string, extension: Extension | undefined, first: number): Use {
    return { name, extension, options: [], texts: [this.textFrom(first)], hasUnknown: false };
  }

  // An option belongs to whoever has it, the latest first; what nobody has, to the latest whose options are not known.
  private readExtensionOption(name: string, before: boolean, first: number): void {
    const loaded = this.target ? [...this.matches, this.target] : [...this.matches];
    const owner =
      loaded.findLast((use) => use.extension && name in use.extension.options) ??
      this.implicitMatch(name) ??
      loaded.at(-1);
    if (owner === undefined) {
      this.skipValues();
      this.stray(first);
      return;
    }
    const arity = owner.extension?.options[name];
    if (arity === undefined) {
      owner.hasUnknown = true;
      this.skipValues();
    } else {
      // Behind an option without value, the sign belongs to the next option.
      const after = arity > 0 && this.takeNot();
      const values: string[] = [];
      for (let i = 0; i < arity; i++) {
        const value = this.takeValue();
        if (value === undefined) owner.hasUnknown = true;
        else values.push(value);
      }
      owner.options.push({ name, values, not: before || after });
    }
    owner.texts.push(this.textFrom(first));
  }

  // `-p tcp --dport 80` loads the match `tcp` by itself. *Source:* iptables(8), MATCH EXTENSIONS.
  private implicitMatch(name: string): Use | undefined {
    const protocol = this.header.find((option) => option.name === '-p')?.values[0];
    const module = protocol === 'ipv6-icmp' ? 'icmp6' : (protocol ?? '');
    const extension = Object.hasOwn(portMatches, module) ? portMatches[module] : undefined;
    if (extension === undefined || !(name in extension.options)) return undefined;
    const use: Use = { name: module, extension, options: [], texts: [], hasUnknown: false };
    this.matches.push(use);
    return use;
  }

  private takeNot(): boolean {
    const word = this.words[this.at];
    if (word?.text !== '!' || word.isQuoted) return false;
    this.at++;
    return true;
  }

  private takeValue(): string | undefined {
    return this.words[this.at++]?.text;
  }

  private skipValues(): void {
    for (;;) {
      const word = this.words[this.at];
      if (word === undefined || (!word.isQuoted && /^(-\D|!$)/.test(word.text))) return;
      this.at++;
    }
  }

  private stray(first: number): void {
    this.strays.push(this.textFrom(first));
  }

  private textFrom(first: number): string {
    const start = this.words[first]?.start ?? this.line.length;
    const end = this.words[Math.min(this.at, this.words.length) - 1]?.end ?? this.line.length;
    return this.line.slice(start, end);
  }
}
