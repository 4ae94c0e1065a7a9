import type { ParseIssue } from '../../model/evidence.ts';
import type { Chain, Rule, Ruleset, Table, TableFamily, TableOrigin } from '../ruleset/ruleset.ts';
import { type TextSource, decodeSource } from '../text-source.ts';
import { baseChainOf } from './base-chain.ts';
import { type SetDraft, draftSet, finishSet, readSetProperty } from './named-sets.ts';
import { readRule } from './parse-rule.ts';
import { TokenStream } from './token-stream.ts';
import { type Token, tokenise } from './tokens.ts';
import { originOf } from './table-origin.ts';

/** A table as it is read. */
interface TableDraft {
  readonly family: TableFamily;
  readonly name: string;
  readonly chains: Map<string, ChainDraft>;
  readonly sets: Map<string, SetDraft>;
  isComplete: boolean;
}

interface ChainDraft {
  readonly name: string;
  base?: NonNullable<Chain['base']>;
  readonly rules: Rule[];
  readonly line: number;
}

/**
 * Reads `nft list ruleset`, `nft list table`, and `nft -f` commands (`add table`, `add rule`, …). Words that are not
 * understood become unknown parts of their rule or issues; a text that is cut leaves its last table incomplete.
 * *Source:* nft(8), nftables 1.0.6 to 1.1.
 */
export function parseNftText(source: TextSource): Ruleset {
  return new NftText(source).read();
}

const FAMILIES = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);

class NftText {
  readonly #source: TextSource;
  readonly #text: string;
  readonly #tables = new Map<string, TableDraft>();
  readonly #issues: ParseIssue[] = [];

  constructor(source: TextSource) {
    this.#source = source;
    this.#text = decodeSource(source);
  }

  read(): Ruleset {
    const stream = new TokenStream(tokenise(this.#text));
    while (!stream.isDone) {
      if (isEnd(stream.peek())) stream.next();
      else if (stream.peek() === 'table') this.#readTable(stream);
      else this.#readCommand(stream);
    }
    return { tables: [...this.#tables.values()].map((draft) => this.#finish(draft)), issues: this.#issues };
  }

  #finish(draft: TableDraft): Table {
    const names = [...draft.chains.keys()];
    const origin: TableOrigin = originOf(draft.family, draft.name, names);
    const { family, name, isComplete } = draft;
    const chains = new Map(
      [...draft.chains].map(([chain, { base, rules, line }]) => [
        chain,
        {
          name: chain,
          line,
          rules: {
            length: rules.length,
            at: (index: number) => rules[index] as Rule,
            next: (from: number) => from,
          },
          ...(base ? { base } : {}),
        },
      ]),
    );
    const sets = new Map(
      [...draft.sets].map(([set, one]) => [
        set,
        finishSet(one, (line, text) => this.#issue(line, text, 'is no element that is understood')),
      ]),
    );
    return { family, name, origin, source: this.#source.path, chains, sets, complete: isComplete };
  }

  #issue(line: number, text: string, problem: string): void {
    this.#issues.push({ source: this.#source.path, line, text: text.slice(0, 200), problem });
  }

  #table(family: TableFamily, name: string): TableDraft {
    const key = `${family} ${name}`;
    const known = this.#tables.get(key);
    if (known) return known;
    const draft: TableDraft = { family, name, chains: new Map(), sets: new Map(), isComplete: true };
    this.#tables.set(key, draft);
    return draft;
  }

  #chain(table: TableDraft, name: string, line: number): ChainDraft {
    const known = table.chains.get(name);
    if (known) return known;
    const draft: ChainDraft = { name, rules: [], line };
    table.chains.set(name, draft);
    return draft;
  }

  /** `table ip NAME { … }` */
  #readTable(stream: TokenStream): void {
    stream.next();
    const table = this.#table(takeFamily(stream), stream.next());
    if (!stream.take('{')) return;
    while (!stream.isDone) {
      if (isEnd(stream.peek())) stream.next();
      else if (stream.take('}')) return;
      else this.#readMember(stream, table);
    }
    table.isComplete = false;
  }

  #readMember(stream: TokenStream, table: TableDraft): void {
    const line = stream.token?.line ?? 0;
    const kind = stream.peek();
    if (kind === 'chain') {
      stream.next();
      this.#readChain(stream, table, line);
    } else if (kind === 'set' || kind === 'map') {
      stream.next();
      this.#readSet(stream, table, kind, line);
    } else {
      const tokens = takeLine(stream);
      const isKnown = [
        'comment',
        'flags',
        'flowtable',
        'counter',
        'quota',
        'limit',
        'ct',
        'secmark',
        'synproxy',
        '@',
      ].includes(kind);
      if (!isKnown) this.#issue(line, this.#textOf(tokens), 'is no member of a table');
    }
  }

  #readChain(stream: TokenStream, table: TableDraft, line: number): void {
    const chain = this.#chain(table, stream.next(), line);
    if (!stream.take('{')) return;
    while (!stream.isDone) {
      if (isEnd(stream.peek())) stream.next();
      else if (stream.take('}')) return;
      else this.#readChainLine(takeLine(stream), table, chain);
    }
    table.isComplete = false;
  }

  #readChainLine(tokens: readonly Token[], table: TableDraft, chain: ChainDraft): void {
    const [first] = tokens;
    if (!first) return;
    if (first.text === 'type' && tokens.some(({ text }) => text === 'hook')) {
      this.#setBase(chain, tokens, table.family);
    } else if (first.text === 'policy') {
      if (chain.base && tokens[1]?.text === 'drop') chain.base = { ...chain.base, policy: 'drop' };
    } else if (first.text !== 'comment' && !(first.text === 'devices' || first.text === 'flags')) {
      this.#addRule(tokens, table, chain);
    }
  }

  #setBase(chain: ChainDraft, tokens: readonly Token[], family: TableFamily): void {
    const base = baseChainOf(new TokenStream(tokens), family, chain.base?.policy);
    if (base) chain.base = base;
    else this.#issue(tokens[0]?.line ?? 0, this.#textOf(tokens), 'is no base chain that is understood');
  }

  #addRule(tokens: readonly Token[], table: TableDraft, chain: ChainDraft): void {
    const { parts, comment } = readRule(new TokenStream(tokens), {
      family: table.family,
      textOf: (start, end) => this.#text.slice(start, end),
    });
    chain.rules.push({
      line: tokens[0]?.line ?? 0,
      text: withoutCounters(this.#textOf(tokens)),
      parts,
      ...(comment === undefined ? {} : { comment }),
    });
  }

  #readSet(stream: TokenStream, table: TableDraft, kind: 'set' | 'map', line: number): void {
    const name = stream.next();
    const set = draftSet(name, kind, line);
    table.sets.set(name, set);
    if (!stream.take('{')) return;
    while (!stream.isDone) {
      if (isEnd(stream.peek())) stream.next();
      else if (stream.take('}')) return;
      else {
        const at = stream.token;
        if (!readSetProperty(set, stream)) {
          const tokens = takeLine(stream);
          this.#issue(at?.line ?? 0, this.#textOf(tokens), 'is no property of a set');
        }
      }
    }
    table.isComplete = false;
  }

  /** `add rule ip kube-proxy services …` and the like; a missing verb means add. */
  #readCommand(stream: TokenStream): void {
    const line = stream.token?.line ?? 0;
    const tokens = takeLine(stream);
    const command = new TokenStream(tokens);
    const verb = command.peek();
    if (verb === 'flush' || verb === 'delete' || verb === 'destroy') {
      this.#forget(command);
      return;
    }
    if (verb === 'add' || verb === 'create' || verb === 'insert') command.next();
    const kind = command.next();
    if (!['table', 'chain', 'rule', 'set', 'map', 'element', 'flowtable', 'counter'].includes(kind)) {
      this.#issue(line, this.#textOf(tokens), 'is no command that is understood');
      return;
    }
    const table = this.#table(takeFamily(command), command.next());
    if (kind === 'chain') this.#commandChain(command, table, line);
    if (kind === 'rule') this.#commandRule(command, table, verb);
    if (kind === 'set' || kind === 'map') this.#commandSet(command, table, kind, line);
    if (kind === 'element') this.#commandElement(command, table, line, tokens);
  }

  #forget(command: TokenStream): void {
    command.next();
    const kind = command.next();
    if (kind === 'ruleset') this.#tables.clear();
    else if (kind === 'table') this.#tables.delete(`${takeFamily(command)} ${command.next()}`);
  }

  #commandChain(command: TokenStream, table: TableDraft, line: number): void {
    const chain = this.#chain(table, command.next(), line);
    const inner = command.braced();
    if (!inner) return;
    for (const part of splitAt(inner.tokens, ';')) this.#readChainLine(part, table, chain);
  }

  #commandRule(command: TokenStream, table: TableDraft, verb: string): void {
    const line = command.token?.line ?? 0;
    const chain = this.#chain(table, command.next(), line);
    this.#addRule(command.tokens.slice(command.position), table, chain);
    const added = chain.rules.at(-1);
    if (verb === 'insert' && added)
      chain.rules.splice(0, chain.rules.length, added, ...chain.rules.slice(0, -1));
  }

  #commandSet(command: TokenStream, table: TableDraft, kind: 'set' | 'map', line: number): void {
    const name = command.next();
    const set = draftSet(name, kind, line);
    table.sets.set(name, set);
    const inner = command.braced();
    if (inner) readProperties(set, inner);
  }

  #commandElement(command: TokenStream, table: TableDraft, line: number, tokens: readonly Token[]): void {
    const set = table.sets.get(command.next());
    const inner = command.braced();
    if (set && inner) set.elements.push(...inner.tokens, { text: ',', line, start: 0, end: 0 });
    else this.#issue(line, this.#textOf(tokens), 'is an element of no set');
  }

  #textOf(tokens: readonly Token[]): string {
    return this.#text.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0);
  }
}

/** Reads what stands between the braces of `add set`; what is no property is passed over. */
function readProperties(set: SetDraft, stream: TokenStream): void {
  while (!stream.isDone) if (isEnd(stream.peek()) || !readSetProperty(set, stream)) stream.next();
}

function isEnd(text: string): boolean {
  return text === '\n' || text === ';';
}

function takeFamily(stream: TokenStream): TableFamily {
  return FAMILIES.has(stream.peek()) ? (stream.next() as TableFamily) : 'ip';
}

/** The tokens up to the end of the line or statement; newlines inside braces do not end it. */
function takeLine(stream: TokenStream): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  while (!stream.isDone) {
    const { token } = stream;
    if (!token) break;
    if (!token.isString) {
      if (
        depth === 0 &&
        (token.text === '\n' || (token.text === ';' && tokens[0]?.text !== 'type') || token.text === '}')
      )
        break;
      if (token.text === '{') depth++;
      if (token.text === '}') depth--;
    }
    tokens.push(token);
    stream.next();
  }
  return tokens;
}

function splitAt(tokens: readonly Token[], sign: string): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token.text === sign || token.text === '\n') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function withoutCounters(text: string): string {
  return text
    .replaceAll(/\s*\bcounter packets \d+ bytes \d+/g, ' counter')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
