import { baseChainOf } from './base-chain.ts';
import { type TableFamily } from '../ruleset/ruleset.ts';
import { type SetDraft, draftSet, finishSet, readSetElements, readSetProperty } from './named-sets.ts';
import { type ChainDraft, type RulesetDraft, type TableDraft, chainOf } from './table-draft.ts';
import { TokenStream } from './token-stream.ts';
import { type Token, Tokenizer } from './tokens.ts';

const FAMILIES = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);

/** Objects of a table that no rule here looks into: what names them is unknown or has no effect on where packets go. */
const OBJECTS = new Set(['flowtable', 'counter', 'quota', 'limit', 'ct', 'secmark', 'synproxy', 'tunnel']);

/** What ends the quick reading of a rule that fills its line. */
const NOT_PLAIN = /[{};#"\\]/;

/** Reads nft text into a draft: listings (`table ip x { … }`) and commands (`add rule …`). */
export class NftCommands {
  readonly #text: string;
  readonly #draft: RulesetDraft;
  readonly #tokenizer: Tokenizer;
  readonly #stream: TokenStream;
  #isCut = false;
  readonly #sets = new Map<TableDraft, Map<string, SetDraft>>();

  constructor(text: string, draft: RulesetDraft) {
    this.#text = text;
    this.#draft = draft;
    this.#tokenizer = new Tokenizer(text);
    this.#stream = TokenStream.from(this.#tokenizer);
  }

  /** Reads all of it. */
  read(): void {
    const stream = this.#stream;
    while (!stream.isDone) {
      if (isEnd(stream.peek())) stream.next();
      else if (stream.peek() === 'table') this.#readTable();
      else this.#readCommand();
      stream.release();
    }
    if (this.#isCut) this.#draft.markCut();
    for (const [table, sets] of this.#sets)
      for (const [name, set] of sets) {
        for (const { line, text } of set.problems)
          this.#draft.report(line, text, 'is no element that is understood');
        table.sets.set(name, () => finishSet(set));
      }
  }

  /** `table ip NAME { … }` */
  #readTable(): void {
    const stream = this.#stream;
    stream.next();
    const table = this.#draft.table(takeFamily(stream), stream.next());
    this.#readBlock(table, (line) => this.#readMember(table, line));
  }

  /** Reads `{ … }`, line by line; without the brace that closes it the table is incomplete. */
  #readBlock(table: TableDraft, each: (line: number) => void): void {
    const stream = this.#stream;
    if (!stream.take('{')) return;
    while (!stream.isDone) {
      stream.release();
      if (isEnd(stream.peek())) stream.next();
      else if (stream.take('}')) return;
      else each(stream.token?.line ?? 0);
    }
    table.isComplete = false;
  }

  #readMember(table: TableDraft, line: number): void {
    const stream = this.#stream;
    const kind = stream.peek();
    if (kind === 'chain') {
      stream.next();
      this.#readChain(table, chainOf(table, stream.next(), line));
    } else if (kind === 'set' || kind === 'map') {
      stream.next();
      const set = this.#addSet(table, draftSet(stream.next(), kind, line));
      this.#readBlock(table, (at) => {
        if (!readSetProperty(set, stream)) this.#reportLine(at, this.#takeLine(), 'is no property of a set');
      });
    } else {
      this.#readProperty(table, this.#takeLine(), line);
    }
  }

  #readProperty(table: TableDraft, tokens: readonly Token[], line: number): void {
    const [kind, ...rest] = tokens;
    if (kind?.text === 'flags') table.isDormant ||= rest.some(({ text }) => text === 'dormant');
    else if (kind !== undefined && kind.text !== 'comment' && !OBJECTS.has(kind.text))
      this.#reportLine(line, tokens, 'is no member of a table');
  }

  #readChain(table: TableDraft, chain: ChainDraft): void {
    const stream = this.#stream;
    if (!stream.take('{')) return;
    while (!stream.isDone) {
      while (stream.release() && this.#skipPlainRule(chain));
      if (isEnd(stream.peek())) stream.next();
      else if (stream.take('}')) return;
      else this.#readChainLine(this.#takeLine(), table, chain);
    }
    table.isComplete = false;
  }

  /** Notes the place of a rule that is one line without braces and strings, as nearly all are; false where it is none. */
  #skipPlainRule(chain: ChainDraft): boolean {
    const start = this.#tokenizer.position;
    const newline = this.#text.indexOf('\n', start);
    if (newline < 0) return false;
    const line = this.#text.slice(start, newline);
    const words = line.trim();
    if (NOT_PLAIN.test(line) || /^(?:type|policy|comment|devices|flags)\b/.test(words)) return false;
    if (words !== '') {
      const from = start + line.indexOf(words);
      chain.rules.add(from, from + words.length, this.#tokenizer.line);
    }
    this.#tokenizer.skipTo(newline);
    return true;
  }

  #readChainLine(tokens: readonly Token[], table: TableDraft, chain: ChainDraft): void {
    const [first] = tokens;
    if (!first) return;
    if (first.text === 'type' && tokens.some(({ text }) => text === 'hook')) {
      const base = baseChainOf(new TokenStream(tokens), table.family, chain.base?.policy);
      if (base) chain.base = base;
      else this.#reportLine(first.line, tokens, 'is no base chain that is understood');
    } else if (first.text === 'policy') {
      if (chain.base && tokens[1]?.text === 'drop') chain.base = { ...chain.base, policy: 'drop' };
    } else if (first.text !== 'comment' && first.text !== 'devices' && first.text !== 'flags') {
      chain.rules.add(first.start, tokens.at(-1)?.end ?? first.end, first.line);
    }
  }

  #addSet(table: TableDraft, set: SetDraft): SetDraft {
    const sets = this.#sets.get(table) ?? new Map<string, SetDraft>();
    this.#sets.set(table, sets.set(set.name, set));
    return set;
  }

  /** `add rule ip kube-proxy services …` and the like; a missing verb means add. */
  #readCommand(): void {
    const tokens = this.#takeLine();
    if (tokens.length === 0) this.#stream.next();
    const line = tokens[0]?.line ?? 0;
    const command = new TokenStream(tokens);
    const verb = command.peek();
    const isAddition = verb === 'add' || verb === 'create' || verb === 'insert';
    if (isAddition) command.next();
    const isUnderstood =
      verb === 'flush' || verb === 'delete' || verb === 'destroy'
        ? this.#forget(command)
        : this.#add(command, verb, line);
    if (!isUnderstood) this.#reportLine(line, tokens, 'is no command that is understood');
  }

  #add(command: TokenStream, verb: string, line: number): boolean {
    const kind = command.next();
    if (OBJECTS.has(kind)) return true;
    if (!['table', 'chain', 'rule', 'set', 'map', 'element'].includes(kind)) return false;
    const table = this.#draft.table(takeFamily(command), command.next());
    const name = kind === 'table' ? '' : command.next();
    switch (kind) {
      case 'table': {
        const inner = command.braced();
        for (const part of inner === undefined ? [] : splitLines(inner.rest))
          this.#readProperty(table, part, line);
        return true;
      }
      case 'chain': {
        const chain = chainOf(table, name, line);
        const inner = command.braced();
        for (const part of inner === undefined ? [] : splitLines(inner.rest))
          this.#readChainLine(part, table, chain);
        return true;
      }
      case 'rule':
        return addRule(chainOf(table, name, line), command.rest, verb);
      case 'element': {
        const set = this.#sets.get(table)?.get(name);
        return set !== undefined && readSetElements(set, command);
      }
      default:
        return readProperties(this.#addSet(table, draftSet(name, kind as 'set' | 'map', line)), command);
    }
  }

  #forget(command: TokenStream): boolean {
    const verb = command.next();
    const kind = command.next();
    if (kind === 'ruleset') {
      this.#draft.forget();
      this.#sets.clear();
      return true;
    }
    const family = takeFamily(command);
    const table = this.#draft.table(family, command.next());
    const name = command.next();
    if (kind === 'table') {
      if (verb === 'flush') for (const chain of table.chains.values()) chain.rules.clear();
      else {
        this.#draft.forget(family, table.name);
        this.#sets.delete(table);
      }
    } else if (kind === 'chain') {
      if (verb === 'flush') table.chains.get(name)?.rules.clear();
      else table.chains.delete(name);
    } else if (kind === 'set' || kind === 'map') {
      const set = this.#sets.get(table)?.get(name);
      if (set !== undefined) [set.elements, set.problems] = [[], []];
      if (verb !== 'flush') this.#sets.get(table)?.delete(name);
    } else {
      return OBJECTS.has(kind);
    }
    return true;
  }

  /** The tokens of the line; one without end is cut, and every table with it. */
  #takeLine(): Token[] {
    const tokens = takeLine(this.#stream);
    if (tokens.length >= LONGEST) {
      this.#isCut = true;
      this.#reportLine(tokens[0]?.line ?? 0, tokens.slice(0, 20), 'is too long: its rest is not read');
    }
    return tokens;
  }

  #reportLine(line: number, tokens: readonly Token[], problem: string): void {
    const text = this.#text.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0);
    this.#draft.report(line, text, problem);
  }
}

function addRule({ rules }: ChainDraft, tokens: readonly Token[], verb: string): boolean {
  // `handle 5`, `position 5` and `index 5` say where among rules that are not here.
  const from = ['handle', 'position', 'index'].includes(tokens[0]?.text ?? '') ? 2 : 0;
  const [first, last] = [tokens[from], tokens.at(-1)];
  if (first === undefined || last === undefined) return false;
  if (verb === 'insert') rules.insert(first.start, last.end, first.line);
  else rules.add(first.start, last.end, first.line);
  return from === 0;
}

function readProperties(set: SetDraft, command: TokenStream): boolean {
  const inner = command.braced();
  if (inner === undefined) return command.isDone;
  let isUnderstood = true;
  while (!inner.isDone) {
    if (isEnd(inner.peek())) inner.next();
    else if (!readSetProperty(set, inner)) {
      inner.next();
      isUnderstood = false;
    }
  }
  return isUnderstood;
}

function isEnd(text: string): boolean {
  return text === '\n' || text === ';';
}

function takeFamily(stream: TokenStream): TableFamily {
  return FAMILIES.has(stream.peek()) ? (stream.next() as TableFamily) : 'ip';
}

// Far more than any statement has, but for a named set's elements, which are read one by one.
const LONGEST = 1_000_000;

/** The tokens up to the end of the line or statement; newlines inside braces do not end it. */
function takeLine(stream: TokenStream): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (let { token } = stream; token !== undefined; { token } = stream) {
    if (!token.isString) {
      const isPropertyEnd = token.text === ';' && tokens[0]?.text !== 'type';
      if (depth === 0 && (token.text === '\n' || isPropertyEnd || token.text === '}')) break;
      if (token.text === '{') depth++;
      if (token.text === '}') depth--;
    }
    tokens.push(token);
    stream.next();
    if (tokens.length >= LONGEST) {
      stream.skipLine();
      break;
    }
    if (tokens.length % 64 === 0) stream.release();
  }
  return tokens;
}

function splitLines(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (!token.isString && isEnd(token.text)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}
