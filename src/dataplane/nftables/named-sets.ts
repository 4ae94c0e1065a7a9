import { indexElements } from '../ruleset/element-index.ts';
import type { NamedSet, SetElement } from '../ruleset/sets.ts';
import { elementText, readElement, takeElements } from './elements.ts';
import { type KeyExpression, takeKey } from './expressions.ts';
import type { TokenStream } from './token-stream.ts';
import type { ValueType } from './values.ts';

/** A named set or map as it is read. */
export interface SetDraft {
  readonly name: string;
  kind: NamedSet['kind'];
  keyTypes: string[];
  /** How keys are read, where `typeof` told rather than type names. */
  types?: ValueType[];
  valueTypes: ValueType[];
  valueTypeNames?: string[];
  dynamic: boolean;
  timeoutSeconds?: number;
  elements: SetElement[];
  /** Elements that were not understood. */
  problems: { readonly text: string; readonly line: number }[];
  readonly line: number;
}

/** A set without anything in it. */
export function draftSet(name: string, kind: 'set' | 'map', line: number): SetDraft {
  return {
    name,
    kind,
    keyTypes: [],
    valueTypes: ['address', 'port'],
    dynamic: false,
    elements: [],
    problems: [],
    line,
  };
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
  icmpv6_type: 'icmpv6',
  ether_addr: 'name',
  cgroupsv2: 'name',
  time: 'name',
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
      return readSetElements(set, stream);
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
  else {
    set.valueTypeNames = types;
    set.valueTypes = types.map((type) => TYPES[type] ?? 'number');
  }
}

function readTypeof(set: SetDraft, stream: TokenStream): void {
  const key = takeKey(stream) ?? [];
  set.types = key.map(({ type }) => type);
  set.keyTypes = key.map(typeName);
  if (stream.take(':')) {
    if (stream.take('verdict')) set.kind = 'vmap';
    else {
      const value = takeKey(stream) ?? [];
      set.valueTypeNames = value.map(typeName);
      set.valueTypes = value.map(({ type }) => type);
    }
  }
}

/** The type that `typeof` stands for. */
function typeName({ type, source }: KeyExpression): string {
  if (type === 'address') return source?.nfproto === 10 ? 'ipv6_addr' : 'ipv4_addr';
  if (type === 'name') return source?.field.endsWith('name') ? 'ifname' : type;
  return Object.keys(TYPES).find((name) => TYPES[name] === type) ?? type;
}

/** `3h`, `10m`, `1d2h`, `10800s` in seconds. */
function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1, ms: 0.001 };
  let seconds = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+)(ms|d|h|m|s)/g))
    seconds += Number(amount) * (units[unit] ?? 1);
  return seconds;
}

/** Reads `{ element, … }` into `set`; false where the list does not close. */
export function readSetElements(set: SetDraft, stream: TokenStream): boolean {
  if (!stream.take('{')) return false;
  const types = set.types ?? set.keyTypes.map((type) => TYPES[type] ?? 'number');
  return takeElements(stream, (tokens) => {
    const element = types.length > 0 ? readElement(tokens, types, set.valueTypes) : undefined;
    if (element) set.elements.push(element);
    else set.problems.push(elementText(tokens));
  });
}

/** The set with its elements indexed; a key that is not found may be one of those that were not understood. */
export function finishSet({ name, keyTypes, kind, dynamic, line, ...set }: SetDraft): NamedSet {
  return {
    name,
    keyTypes,
    kind,
    dynamic,
    elements: indexElements(set.elements, set.problems.length > 0),
    line,
    ...(set.valueTypeNames === undefined ? {} : { valueTypes: set.valueTypeNames }),
    ...(set.timeoutSeconds === undefined ? {} : { timeoutSeconds: set.timeoutSeconds }),
  };
}
