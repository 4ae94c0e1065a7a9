import type { Rule, Ruleset, TableFamily } from '../ruleset/ruleset.ts';
import type { ElementIndex, NamedSet } from '../ruleset/sets.ts';
import type { TextSource } from '../text-source.ts';
import { elementsText, statementText } from './json-to-text.ts';
import { draftSet, finishSet, readSetElements, readSetProperty } from './named-sets.ts';
import { readRule } from './parse-rule.ts';
import { type JsonObject, scanNftJson } from './scan-nft-json.ts';
import { type ChainDraft, type ReadRuleAt, RulesetDraft, type TableDraft, chainOf } from './table-draft.ts';
import { TokenStream } from './token-stream.ts';
import { tokenise } from './tokens.ts';

/** A chain, set, map or rule of `nft -j`. */
interface NftObject {
  readonly family: TableFamily;
  readonly table: string;
  readonly name: string;
  /** Of a rule. */
  readonly chain: string;
  readonly comment?: string;
  readonly expr?: readonly never[];
  /** Of a base chain, or the key of a set. */
  readonly type?: string | readonly string[];
  readonly hook?: string;
  readonly prio?: number;
  readonly policy?: string;
  /** Of a map. */
  readonly map?: string | readonly string[];
  readonly flags?: readonly string[] | string;
  readonly timeout?: number;
  readonly size?: number;
  readonly elem?: readonly never[];
}

const decoder = new TextDecoder();

/**
 * Reads `nft -j list ruleset`. Only what makes tables and chains is read at once; each rule and the elements of each set are
 * read when they are asked for, and put into the words of nft's text. Lines are 0, for JSON has none. What iptables-nft wrote
 * is hidden in JSON: it becomes unknown parts. *Source:* libnftables-json(5).
 */
export function parseNftJson({ path, bytes }: TextSource): Ruleset {
  const draft = new RulesetDraft(path);
  const reader = new JsonReader(bytes, draft);
  const isWhole = scanNftJson(bytes, (object) => reader.read(object));
  if (isWhole !== true) {
    draft.markCut();
    draft.report(0, '', isWhole === undefined ? 'is no nft JSON' : 'is cut: what follows is missing');
  }
  return { tables: draft.finish(ruleReader(bytes)), issues: draft.issues };
}

/** Objects that say nothing about where packets go. */
const SILENT = new Set([
  'metainfo',
  'flowtable',
  'counter',
  'quota',
  'limit',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'secmark',
  'synproxy',
  'tunnel',
]);

const encoder = new TextEncoder();
const [RULE, CHAIN, FAMILY, TABLE, NAME] = ['rule', 'chain', 'family', 'table', 'name'].map((word) =>
  encoder.encode(word),
) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];

class JsonReader {
  readonly #bytes: Uint8Array;
  readonly #draft: RulesetDraft;
  /** The table of the object before, and the bytes that named it. */
  #table: TableDraft | undefined;
  #head: Uint8Array = new Uint8Array();
  /** The chain of the rule before, and its name. */
  #chain: ChainDraft | undefined;
  #name: Uint8Array = new Uint8Array();

  constructor(bytes: Uint8Array, draft: RulesetDraft) {
    this.#bytes = bytes;
    this.#draft = draft;
  }

  /** Reads one object of the list. */
  read(object: JsonObject): void {
    if (this.#readByHead(object)) return;
    const value = parse(this.#bytes, object.start, object.end);
    const [kind] = Object.keys(value ?? {});
    const body = kind === undefined ? undefined : value?.[kind];
    if (kind !== undefined && SILENT.has(kind)) return;
    if (kind === undefined || !isObject(body) || !this.#add(kind, body, object)) {
      const text = decoder.decode(
        this.#bytes.subarray(object.start, Math.min(object.end, object.start + 200)),
      );
      this.#draft.report(0, text, 'is no object that is understood');
    }
  }

  /** Reads a rule, or a chain on no hook, by the strings it begins with; false where it is neither. */
  #readByHead({ start, end, strings }: JsonObject): boolean {
    // Family, table and chain are the third, fifth and seventh; a chain on no hook has one more, the key of its handle.
    const isRule = this.#isString(strings, 0, RULE) && strings.length === 18;
    if (!isRule && (strings.length !== 16 || !this.#isString(strings, 0, CHAIN))) return false;
    if (!this.#isString(strings, 1, FAMILY) || !this.#isString(strings, 3, TABLE)) return false;
    if (!this.#isString(strings, 5, isRule ? CHAIN : NAME)) return false;
    const before = this.#table;
    const table = this.#tableOf(strings);
    // Rules of one chain follow each other.
    if (isRule && table === before && this.#chain !== undefined && this.#isString(strings, 6, this.#name)) {
      this.#chain.rules.add(start, end, 0);
      return true;
    }
    const name = this.#string(strings, 6);
    if (table === undefined || name.includes('\\')) return false;
    const chain = chainOf(table, name, 0);
    if (!isRule) return true;
    chain.rules.add(start, end, 0);
    this.#chain = chain;
    this.#name = this.#bytes.subarray(strings[12], strings[13]);
    return true;
  }

  #tableOf(strings: readonly number[]): TableDraft | undefined {
    const from = strings[4] as number;
    const to = strings[9] as number;
    const head = this.#head;
    if (this.#table !== undefined && to - from === head.length) {
      let i = head.length - 1;
      while (i >= 0 && head[i] === this.#bytes[from + i]) i--;
      if (i < 0) return this.#table;
    }
    const name = this.#string(strings, 4);
    if (name.includes('\\')) return undefined;
    this.#table = this.#draft.table(this.#string(strings, 2) as TableFamily, name);
    this.#head = this.#bytes.slice(from, to);
    return this.#table;
  }

  #string(strings: readonly number[], index: number): string {
    return decoder.decode(this.#bytes.subarray(strings[index * 2], strings[index * 2 + 1]));
  }

  #isString(strings: readonly number[], index: number, word: Uint8Array): boolean {
    const from = strings[index * 2];
    if (from === undefined || (strings[index * 2 + 1] as number) - from !== word.length) return false;
    for (let i = 0; i < word.length; i++) if (this.#bytes[from + i] !== word[i]) return false;
    return true;
  }

  #add(kind: string, body: NftObject, { start, end }: JsonObject): boolean {
    if (kind === 'table') {
      const table = this.#draft.table(body.family, body.name);
      table.isDormant = [body.flags ?? []].flat().includes('dormant');
      return true;
    }
    const table = this.#draft.table(body.family, body.table);
    switch (kind) {
      case 'chain':
        return addChain(chainOf(table, body.name, 0), body);
      case 'rule':
        chainOf(table, body.chain, 0).rules.add(start, end, 0);
        return true;
      case 'set':
      case 'map':
        table.sets.set(body.name, () => setOf(kind, body, () => parse(this.#bytes, start, end)));
        return true;
      default:
        return false;
    }
  }
}

function parse(bytes: Uint8Array, start: number, end: number): Record<string, NftObject> | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes.subarray(start, end)));
    return isObject(value) ? (value as unknown as Record<string, NftObject>) : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is NftObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const HOOKS = ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting', 'egress'] as const;

function addChain(chain: ChainDraft, { type, hook, prio, policy }: NftObject): boolean {
  if (hook === undefined) return true;
  const known = HOOKS.find((name) => name === hook);
  if (known === undefined || (type !== 'filter' && type !== 'nat' && type !== 'route')) return false;
  chain.base = {
    type,
    hook: known,
    priority: prio ?? 0,
    policy: policy === 'drop' ? 'drop' : 'accept',
  };
  return true;
}

function setOf(
  kind: 'set' | 'map',
  body: NftObject,
  reread: () => Record<string, NftObject> | undefined,
): NamedSet {
  const { name, type = [], map, flags = [], timeout, size } = body;
  const set = draftSet(name, kind, 0);
  const value = map === undefined ? '' : ` : ${[map].flat().join(' . ')}`;
  const isTypeof = typeof type !== 'string' && !Array.isArray(type);
  const head = `type ${isTypeof ? 'unknown' : [type].flat().join(' . ')}${value}`;
  readSetProperty(set, streamOf(head));
  // nft 1.0.6 leaves the flag out of JSON, but not the size that only such sets have by themselves.
  set.dynamic = [flags].flat().includes('dynamic') || size !== undefined;
  if (timeout !== undefined) set.timeoutSeconds = timeout;
  const elements = lazyElements(() => {
    const elem = reread()?.[kind]?.elem ?? [];
    readSetElements(set, streamOf(`{ ${elementsText(elem)} }`));
    return finishSet(set).elements;
  });
  return { ...finishSet(set), elements };
}

// JSON has no lines.
function streamOf(text: string): TokenStream {
  return new TokenStream(tokenise(text, 0, text.length, 0));
}

function lazyElements(make: () => ElementIndex): ElementIndex {
  let known: ElementIndex | undefined;
  const index = (): ElementIndex => (known ??= make());
  return {
    get size() {
      return index().size;
    },
    all: () => index().all(),
    find: (key) => index().find(key),
  };
}

function ruleReader(bytes: Uint8Array): ReadRuleAt {
  return ({ family }, start, end): Rule => {
    const { expr = [], comment } = parse(bytes, start, end)?.['rule'] ?? {};
    const words = [expr]
      .flat()
      .map((one) => statementText(one) ?? `unknown ${isObject(one) ? Object.keys(one).join(' ') : ''}`);
    const text = words.join(' ');
    const { parts } = readRule(streamOf(text), {
      family,
      textOf: (from, to) => text.slice(from, to),
    });
    return { line: 0, text, parts, ...(typeof comment === 'string' ? { comment } : {}) };
  };
}
