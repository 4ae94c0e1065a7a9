import type { Expression, Match, Part, Statement } from '../ruleset/rule-parts.ts';
import type { ElementIndex } from '../ruleset/sets.ts';
import { indexRead, readElements, takeVerdict } from './elements.ts';
import { type KeyExpression, takeKey } from './expressions.ts';
import { takeMatch } from './matches.ts';
import { takeSpecialMatch } from './special-matches.ts';
import { takeStatement } from './statements.ts';
import type { TokenStream } from './token-stream.ts';

/** What a rule is read with: the table's family decides what a field implies. */
export interface RuleContext {
  readonly family: string;
  /** The text of the tokens from `start` on, up to `end`. */
  readonly textOf: (start: number, end: number) => string;
  /** The source ends inside the rule. */
  readonly isCut?: boolean;
  /** nft has left out what the rule does. */
  readonly hidesTarget?: boolean;
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
    if (readForeign(stream, parts)) continue;
    const before = stream.position;
    const read = readPart(stream, context);
    if (!read || stream.position === before) {
      stream.rewind(before);
      const needed = NEEDS[stream.token?.isString === true ? '' : stream.peek()];
      if (needed !== undefined) addImplied(parts, implied, needed, context.family);
      parts.push(readUnknown(stream, context));
      continue;
    }
    for (const { source } of read.key) addImplied(parts, implied, source ?? {}, context.family);
    parts.push(...read.parts);
  }
  if (context.isCut || (context.hidesTarget && !endsRule(parts.at(-1)))) {
    const text = context.isCut ? 'the rest of a rule that is cut' : 'a target that nft does not print';
    parts.push({ kind: 'unknown-statement', text });
  }
  return { parts, ...(comment === undefined ? {} : { comment }) };
}

function endsRule(part: Part | undefined): boolean {
  return part !== undefined && part.kind !== 'pass' && part.kind !== 'compare' && part.kind !== 'bits';
}

/** Targets of iptables that change nothing of a packet's way. */
const HARMLESS_TARGETS = new Set(['LOG', 'NFLOG', 'TCPMSS', 'CHECKSUM', 'CLASSIFY', 'DSCP', 'AUDIT']);

/** Reads `xt match NAME`, `xt target NAME` and `xt_NAME`: a part of iptables whose content is hidden. */
function readForeign(stream: TokenStream, parts: Part[]): boolean {
  if (stream.token?.isString) return false;
  const old = /^xt_(\w*)$/.exec(stream.peek())?.[1];
  if (old === undefined && stream.peek() !== 'xt') return false;
  stream.next();
  const kind = old === undefined ? stream.next() : /^[A-Z]/.test(old) ? 'target' : 'match';
  const name = old ?? (stream.peek() !== 'comment' && STARTS.has(stream.peek()) ? '' : stream.next());
  const text = `xt ${kind} ${name}`.trim();
  if (kind === 'match' && name === 'comment') return true;
  if (kind === 'match' && name !== '') parts.push({ kind: 'unknown-match', text });
  else if (HARMLESS_TARGETS.has(name)) parts.push({ kind: 'pass', text: name });
  else parts.push({ kind: 'unknown-statement', text });
  return true;
}

interface ReadPart {
  readonly parts: readonly Part[];
  /** The expressions whose fields imply something. */
  readonly key: readonly KeyExpression[];
}

function readPart(stream: TokenStream, context: RuleContext): ReadPart | undefined {
  const verdict = takeVerdict(stream);
  if (verdict) return { parts: [verdict], key: [] };
  const read = takeStatement(stream, context.family);
  if (read) return { parts: [...familyOf(read.statement, context.family), read.statement], key: read.used };
  const special = takeSpecialMatch(stream);
  if (special) return { parts: [special], key: [] };
  const key = takeKey(stream);
  if (!key) return undefined;
  if (stream.take('vmap')) return readVmap(stream, key);
  const match = takeMatch(stream, key);
  return match && { parts: [match], key };
}

/** In an inet table, translation to an address is only for packets of its family. *Source:* `nft_nat_inet_eval`. */
function familyOf(statement: Statement, family: string): Match[] {
  if (family !== 'inet' || (statement.kind !== 'dnat' && statement.kind !== 'snat')) return [];
  const { addresses, map } = statement.to;
  const first = typeof map?.map === 'object' ? [...map.map.elements.all()][0] : undefined;
  const data = first?.value?.kind === 'data' ? first.value.parts[0] : undefined;
  const low = addresses?.low ?? (data !== undefined && 'low' in data ? data.low : undefined);
  if (low === undefined) return [];
  return [comparison({ kind: 'field', field: 'nfproto' }, typeof low === 'number' ? 2 : 10)];
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
function addImplied(parts: Part[], implied: Set<string>, needed: Needed, family: string): void {
  const require = (field: 'l4proto' | 'nfproto' | 'ether-type', value: number): void => {
    const name = `${field} ${value}`;
    if (implied.has(name)) return;
    implied.add(name);
    parts.push(comparison({ kind: 'field', field }, value));
  };
  const { nfproto, protocol, etherType } = needed;
  if (nfproto !== undefined && (family === 'inet' || family === 'bridge' || family === 'netdev'))
    require('nfproto', nfproto);
  if (protocol !== undefined) require('l4proto', protocol);
  if (etherType !== undefined) require('ether-type', etherType);
}

/** What a packet must be for a field to exist in it. */
interface Needed {
  readonly nfproto?: number;
  readonly protocol?: number;
  readonly etherType?: number;
}

/** What the first word of a payload expression needs, also where the field itself is not modelled. */
const NEEDS: Readonly<Record<string, Needed>> = {
  ip: { nfproto: 2 },
  icmp: { nfproto: 2, protocol: 1 },
  igmp: { nfproto: 2, protocol: 2 },
  ip6: { nfproto: 10 },
  icmpv6: { nfproto: 10, protocol: 58 },
  tcp: { protocol: 6 },
  udp: { protocol: 17 },
  dccp: { protocol: 33 },
  gre: { protocol: 47 },
  esp: { protocol: 50 },
  ah: { protocol: 51 },
  comp: { protocol: 108 },
  sctp: { protocol: 132 },
  udplite: { protocol: 136 },
  arp: { etherType: 0x0806 },
  vlan: { etherType: 0x8100 },
};

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
  'notrack',
  'xt',
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
  'set',
  'vmap',
  'map',
]);

/** Whether a verdict or a statement that is understood comes next: `ip dscp ef` is not, and `meta priority set 1:5` behind it is. */
function startsPart(stream: TokenStream, { family }: RuleContext): boolean {
  if (stream.token?.isString === true) return false;
  if (STARTS.has(stream.peek())) return true;
  const before = stream.position;
  const isRead = takeStatement(stream, family) !== undefined;
  stream.rewind(before);
  return isRead;
}

/** The words that are not understood, up to one that is, as a part that is neither yes nor no. */
function readUnknown(stream: TokenStream, context: RuleContext): Match | Statement {
  const first = stream.token;
  const start = first?.start ?? 0;
  let end = start;
  let hasEffect = false;
  do {
    const { token } = stream;
    if (EFFECTS.has(token?.text ?? '') && token?.isString !== true) hasEffect = true;
    if (token?.text === '{' && !token.isString) {
      const inner = stream.braced();
      end = inner ? stream.lastEnd : end;
      if (!inner) {
        end = stream.rest.at(-1)?.end ?? end;
        while (!stream.isDone) stream.next();
      }
    } else {
      end = token?.end ?? end;
      stream.next();
    }
  } while (!stream.isDone && !startsPart(stream, context));
  const text = context.textOf(start, end);
  return hasEffect ? { kind: 'unknown-statement', text } : { kind: 'unknown-match', text };
}
