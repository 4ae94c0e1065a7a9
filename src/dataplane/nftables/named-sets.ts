import { indexElements } from '../ruleset/element-index.ts';
import type { NamedSet } from '../ruleset/sets.ts';
import { readElements } from './elements.ts';
import { takeKey } from './expressions.ts';
import { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';
import type { ValueType } from './values.ts';

/** A named set or map as it is read. */
export interface SetDraft {
  readonly name: string;
  kind: NamedSet['kind'];
  keyTypes: string[];
  /** How keys are read, where `typeof` told rather than type names. */
  types?: ValueType[];
  valueTypes: ValueType[];
  dynamic: boolean;
  timeoutSeconds?: number;
  readonly elements: Token[];
  readonly line: number;
}

/** A set without anything in it. */
export function draftSet(name: string, kind: 'set' | 'map', line: number): SetDraft {
  return { name, kind, keyTypes: [], valueTypes: ['address', 'port'], dynamic: false, elements: [], line };
}

/** nftables type names and how their values are read. *Source:* nft(8) DATA TYPES. */
const TYPES: Readonly<Record<string, ValueType>> = {
  ipv4_addr: 'address',
  ipv6_addr: 'address',
  inet_proto: 'protocol',
  inet_service: 'port',
  mark: 'number',
  ifname: 'name',
  iface_index: 'name',
  nf_proto: 'nfproto',
  ether_type: 'ether',
  ct_state: 'ctstate',
  ct_dir: 'direction',
  ct_status: 'ctstatus',
  icmp_type: 'icmp',
  icmpv6_type: 'icmp',
  pkt_type: 'name',
  fib_addrtype: 'name',
  uid: 'name',
  gid: 'name',
};

/** Reads one property of a set or map; false, and nothing read, where none is next. */
export function readSetProperty(set: SetDraft, stream: TokenStream): boolean {
  switch (stream.peek()) {
    case 'type':
      stream.next();
      set.keyTypes = takeTypes(stream);
      if (stream.take(':')) readValueTypes(set, stream);
      return true;
    case 'typeof':
      stream.next();
      readTypeof(set, stream);
      return true;
    case 'flags':
      stream.next();
      do {
        if (stream.next() === 'dynamic') set.dynamic = true;
      } while (stream.take(','));
      return true;
    case 'timeout':
      stream.next();
      set.timeoutSeconds = secondsOf(stream.next());
      return true;
    case 'size':
    case 'comment':
    case 'gc-interval':
    case 'policy':
      stream.next();
      stream.next();
      return true;
    case 'auto-merge':
    case 'counter':
      stream.next();
      return true;
    case 'elements': {
      stream.next();
      stream.take('=');
      const inner = stream.braced();
      if (!inner) return false;
      set.elements.push(...inner.tokens);
      return true;
    }
    default:
      return false;
  }
}

function takeTypes(stream: TokenStream): string[] {
  const types = [stream.next()];
  while (stream.take('.')) types.push(stream.next());
  return types;
}

function readValueTypes(set: SetDraft, stream: TokenStream): void {
  stream.take('interval');
  const types = takeTypes(stream);
  if (types[0] === 'verdict') set.kind = 'vmap';
  else set.valueTypes = types.map((type) => TYPES[type] ?? 'number');
}

function readTypeof(set: SetDraft, stream: TokenStream): void {
  const key = takeKey(stream) ?? [];
  set.types = key.map(({ type }) => type);
  set.keyTypes = key.map(({ type }) => type);
  if (stream.take(':')) {
    if (stream.take('verdict')) set.kind = 'vmap';
    else set.valueTypes = (takeKey(stream) ?? []).map(({ type }) => type);
  }
}

/** `3h`, `10m`, `1d2h`, `10800s` in seconds. */
function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1, ms: 0.001 };
  let seconds = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+)(ms|d|h|m|s)/g))
    seconds += Number(amount) * (units[unit] ?? 1);
  return seconds;
}

/** The set with its elements indexed. `report` is told of elements that were not understood; a lookup then may miss them. */
export function finishSet(set: SetDraft, report: (line: number, text: string) => void): NamedSet {
  const types = set.types ?? set.keyTypes.map((type) => TYPES[type] ?? 'number');
  const { elements, problems } = readElements(new TokenStream(set.elements), types, set.valueTypes);
  for (const { line, text } of problems) report(line, text);
  return {
    name: set.name,
    keyTypes: set.keyTypes,
    kind: set.kind,
    dynamic: set.dynamic,
    elements: indexElements(elements),
    line: set.line,
    ...(set.timeoutSeconds === undefined ? {} : { timeoutSeconds: set.timeoutSeconds }),
  };
}
