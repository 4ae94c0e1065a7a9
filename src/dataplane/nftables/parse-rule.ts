import type { Expression, Match, Part, Statement } from '../ruleset/rule-parts.ts';
import type { ElementIndex } from '../ruleset/sets.ts';
import { indexRead, readElements, takeVerdict } from './elements.ts';
import { type KeyExpression, takeKey } from './expressions.ts';
import { takeMatch } from './matches.ts';
import { takeStatement } from './statements.ts';
import type { TokenStream } from './token-stream.ts';

/** What a rule is read with: the table's family decides what a field implies. */
export interface RuleContext {
  readonly family: string;
  /** The text of the tokens from `start` on, up to `end`. */
  readonly textOf: (start: number, end: number) => string;
}

/** A rule's parts and comment. Words that are not modelled are unknown parts with their text; none is lost. */
export interface ReadRule {
  readonly parts: readonly Part[];
  readonly comment?: string;
}

/** Reads one rule: matches and statements, left to right. *Source:* nft(8), as nft 1.0 to 1.1 print and accept rules. */
export function readRule(stream: TokenStream, context: RuleContext): ReadRule {
  const parts: Part[] = [];
  const implied = new Set<string>();
  let comment: string | undefined;
  while (!stream.isDone) {
    if (stream.take('comment')) {
      comment = stream.next();
      continue;
    }
    const before = stream.position;
    const read = readPart(stream, context);
    if (!read || stream.position === before) {
      stream.rewind(before);
      parts.push(readUnknown(stream, context));
      continue;
    }
    for (const dependency of read.key) addImplied(parts, implied, dependency, context.family);
    parts.push(...read.parts);
  }
  return { parts, ...(comment === undefined ? {} : { comment }) };
}

interface ReadPart {
  readonly parts: readonly Part[];
  /** The expressions whose fields imply something. */
  readonly key: readonly KeyExpression[];
}

function readPart(stream: TokenStream, context: RuleContext): ReadPart | undefined {
  const verdict = takeVerdict(stream);
  if (verdict) return { parts: [verdict], key: [] };
  const statement = takeStatement(stream);
  if (statement) return { parts: [statement], key: [] };
  const key = takeKey(stream);
  if (!key) return undefined;
  if (stream.take('vmap')) return readVmap(stream, key);
  const match = takeMatch(stream, key, context.family);
  return match && { parts: [match], key };
}

function readVmap(stream: TokenStream, key: readonly KeyExpression[]): ReadPart | undefined {
  const expressions = key.map(({ expression }) => expression);
  if (stream.peek().startsWith('@')) {
    return { parts: [{ kind: 'vmap', key: expressions, map: stream.next().slice(1) }], key };
  }
  const elements = readInline(stream, key);
  return elements && { parts: [{ kind: 'vmap', key: expressions, map: { elements } }], key };
}

/** The elements of an anonymous set or map; undefined where some were not understood. */
export function readInline(stream: TokenStream, key: readonly KeyExpression[]): ElementIndex | undefined {
  const inner = stream.braced();
  return (
    inner &&
    indexRead(
      readElements(
        inner,
        key.map(({ type }) => type),
      ),
    )
  );
}

/** Adds what the names of fields imply, once a rule: `tcp dport` the protocol, `ip saddr` in an inet table the family. */
function addImplied(parts: Part[], implied: Set<string>, { source }: KeyExpression, family: string): void {
  const require = (field: 'l4proto' | 'nfproto', value: number): void => {
    const name = `${field} ${value}`;
    if (implied.has(name)) return;
    implied.add(name);
    parts.push(comparison({ kind: 'field', field }, value));
  };
  if (source?.nfproto !== undefined && (family === 'inet' || family === 'bridge' || family === 'netdev'))
    require('nfproto', source.nfproto);
  if (source?.protocol !== undefined) require('l4proto', source.protocol);
}

function comparison(left: Expression, value: number): Match {
  return { kind: 'compare', left, not: false, values: { ranges: [{ low: value, high: value }] } };
}

/** Words that may follow as the start of a part that is understood. */
const STARTS = new Set([
  'accept',
  'drop',
  'return',
  'continue',
  'jump',
  'goto',
  'reject',
  'counter',
  'log',
  'comment',
  'masquerade',
  'dnat',
  'snat',
  'redirect',
  'queue',
]);

/** Statements that end or change a packet when they are not understood; everything else unknown is a match. */
const EFFECTS = new Set([
  'dnat',
  'snat',
  'masquerade',
  'redirect',
  'tproxy',
  'queue',
  'reject',
  'dup',
  'fwd',
  'synproxy',
  'target',
]);

/** The words that are not understood, up to one that is, as a part that is neither yes nor no. */
function readUnknown(stream: TokenStream, { textOf }: RuleContext): Match | Statement {
  const first = stream.token;
  const start = first?.start ?? 0;
  let end = start;
  let hasEffect = false;
  do {
    const { token } = stream;
    if (EFFECTS.has(token?.text ?? '')) hasEffect = true;
    if (token?.text === '{' && !token.isString) {
      const inner = stream.braced();
      end = (inner?.tokens.at(-1)?.end ?? token.end) + 1;
      if (!inner) stream.next();
    } else {
      end = token?.end ?? end;
      stream.next();
    }
  } while (!stream.isDone && !(STARTS.has(stream.peek()) && stream.token?.isString !== true));
  const text = textOf(start, end);
  return hasEffect ? { kind: 'unknown-statement', text } : { kind: 'unknown-match', text };
}
