import type { Rule, Ruleset, TableFamily } from '../ruleset/ruleset.ts';
import type { ElementIndex, NamedSet } from '../ruleset/sets.ts';
import type { TextSource } from '../text-source.ts';
import { elementsText, statementText } from './json-to-text.ts';
import { draftSet, finishSet, readSetElements, readSetProperty } from './named-sets.ts';
import { readRule } from './parse-rule.ts';
import { type JsonObject, scanNftJson } from './scan-nft-json.ts';
import { type ChainDraft, type ReadRuleAt, RulesetDraft, chainOf } from './table-draft.ts';
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

class JsonReader {
  readonly #bytes: Uint8Array;
  readonly #draft: RulesetDraft;
  /** The chain of the rule before, and the bytes that named it. */
  #chain: ChainDraft | undefined;
  #head = new Uint8Array();

  constructor(bytes: Uint8Array, draft: RulesetDraft) {
    this.#bytes = bytes;
    this.#draft = draft;
  }

  /** Reads one object of the list. */
  read(object: JsonObject): void {
    if (this.#isOfSameChain(object)) {
      this.#chain?.places.add(object.start, object.end, 0);
      return;
    }
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

  /** Whether the object is a rule whose beginning, up to the name of its chain, is that of the rule before. */
  #isOfSameChain({ start, strings }: JsonObject): boolean {
    const head = this.#head;
    if (this.#chain === undefined || strings.length < 14) return false;
    if ((strings[13] as number) + 1 - start !== head.length) return false;
    for (let i = head.length - 1; i >= 0; i--) if (head[i] !== this.#bytes[start + i]) return false;
    return true;
  }

  #add(kind: string, body: NftObject, { start, end, strings }: JsonObject): boolean {
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
        this.#chain = chainOf(table, body.chain, 0);
        this.#chain.places.add(start, end, 0);
        this.#head = this.#bytes.slice(
          start,
          namesChain(this.#bytes, strings) ? (strings[13] as number) + 1 : start,
        );
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

const KEYS: readonly (readonly [index: number, text: string])[] = [
  [0, 'rule'],
  [1, 'family'],
  [3, 'table'],
  [5, 'chain'],
];

function namesChain(bytes: Uint8Array, strings: readonly number[]): boolean {
  return (
    strings.length >= 14 &&
    KEYS.every(
      ([index, text]) => decoder.decode(bytes.subarray(strings[index * 2], strings[index * 2 + 1])) === text,
    )
  );
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
  set.dynamic = [flags].flat().includes('dynamic') || (timeout !== undefined && size !== undefined);
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
