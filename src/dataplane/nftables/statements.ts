import { type Ip, parseIp } from '../../model/address.ts';
import { lastOf, parseCidr } from '../../model/cidr.ts';
import type { MarkChange, NatTarget, Statement } from '../ruleset/rule-parts.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import { indexRead, readElements } from './elements.ts';
import { takeKey } from './expressions.ts';
import type { TokenStream } from './token-stream.ts';

/** Reads a statement other than a verdict; undefined, and nothing read, where none that is modelled is next. */
export function takeStatement(stream: TokenStream, family: string): Statement | undefined {
  if (stream.token?.isString) return undefined;
  const before = stream.position;
  const statement = read(stream, family);
  if (!statement) stream.rewind(before);
  return statement;
}

function read(stream: TokenStream, family: string): Statement | undefined {
  const word = stream.peek();
  switch (word) {
    case 'counter':
      return takeCounter(stream);
    case 'log':
      return takeLog(stream);
    case 'reject':
      return takeReject(stream, family);
    case 'dnat':
    case 'snat':
      return takeNat(stream, word);
    case 'masquerade':
    case 'redirect':
      return takePorts(stream, word);
    case 'notrack':
      stream.next();
      return { kind: 'notrack' };
    case 'queue':
      while (!stream.isDone) stream.next();
      return { kind: 'queue' };
    case 'tproxy':
      return takeTproxy(stream);
    case 'add':
    case 'update':
    case 'delete':
    case 'set':
      return takeSetUpdate(stream);
    case 'meta':
    case 'mark':
    case 'ct':
      return takeMetaSet(stream);
    case 'flow':
      return stream.take('flow', 'add') || stream.take('flow', 'offload')
        ? { kind: 'pass', text: `flow add ${stream.next()}` }
        : undefined;
    case 'last':
      stream.next();
      if (stream.take('used')) stream.next();
      return { kind: 'pass', text: 'last' };
    case 'tcp':
      return takeOptionSet(stream);
    case 'dup':
      return takeCopy(stream);
    case 'ip':
    case 'ip6':
      return takeDscpSet(stream);
    default:
      return undefined;
  }
}

function takeCounter(stream: TokenStream): Statement {
  stream.next();
  if (stream.take('name')) stream.next();
  else {
    if (stream.take('packets')) stream.next();
    if (stream.take('bytes')) stream.next();
  }
  return { kind: 'pass', text: 'counter' };
}

const LOG_OPTIONS = new Set(['prefix', 'level', 'group', 'snaplen', 'queue-threshold', 'flags']);

function takeLog(stream: TokenStream): Statement {
  stream.next();
  while (LOG_OPTIONS.has(stream.peek())) {
    const option = stream.next();
    stream.next();
    if (option === 'flags' && !LOG_OPTIONS.has(stream.peek()))
      while (stream.peek() === ',' || /^(sequence|options|uid)$/.test(stream.peek())) stream.next();
  }
  return { kind: 'pass', text: 'log' };
}

const REJECTIONS: Readonly<Record<string, string>> = {
  icmp: 'icmp',
  icmpv6: 'icmp6',
  icmpx: 'icmpx',
};

/** How `reject` alone answers. */
const PLAIN_REJECTION: Readonly<Record<string, string>> = {
  ip: 'icmp-port-unreachable',
  ip6: 'icmp6-port-unreachable',
};

/** The kinds are named as iptables names them; nft 1.0.6 leaves out the word `type`. */
function takeReject(stream: TokenStream, family: string): Statement | undefined {
  stream.next();
  if (!stream.take('with'))
    return { kind: 'reject', with: PLAIN_REJECTION[family] ?? 'icmpx-port-unreachable' };
  if (stream.take('tcp', 'reset')) return { kind: 'reject', with: 'tcp-reset' };
  const kind = REJECTIONS[stream.next()];
  stream.take('type');
  return kind === undefined ? undefined : { kind: 'reject', with: `${kind}-${stream.next()}` };
}

const NAT_FLAGS = new Set(['random', 'fully-random', 'persistent', ',']);

function takeFlags(stream: TokenStream): void {
  while (NAT_FLAGS.has(stream.peek())) stream.next();
}

/** `dnat to 10.0.0.1:80`, `dnat ip to numgen … map { … }`, `dnat ip addr . port to …`, `snat to 10.0.0.1-10.0.0.9`. */
function takeNat(stream: TokenStream, kind: 'dnat' | 'snat'): Statement | undefined {
  stream.next();
  if (stream.peek() === 'ip' || stream.peek() === 'ip6') stream.next();
  if (stream.take('prefix')) return undefined;
  stream.take('addr', '.', 'port');
  if (!stream.take('to')) return undefined;
  const to = takeNatTarget(stream);
  // `… map @m:tcp dport map { … }`: address and port by maps of their own.
  if (!to || stream.peek().startsWith(':')) return undefined;
  takeFlags(stream);
  return { kind, to };
}

function takeNatTarget(stream: TokenStream): NatTarget | undefined {
  const before = stream.position;
  const key = takeKey(stream);
  if (key) {
    if (!stream.take('map')) return undefined;
    const expressions = key.map(({ expression }) => expression);
    if (stream.peek().startsWith('@')) {
      const name = stream.next().slice(1);
      return name.includes(':') ? undefined : { map: { key: expressions, map: name } };
    }
    const inner = stream.braced();
    const elements =
      inner &&
      indexRead(
        readElements(
          inner,
          key.map(({ type }) => type),
        ),
      );
    return elements && { map: { key: expressions, map: { elements } } };
  }
  stream.rewind(before);
  return parseTarget(stream.next());
}

/** `10.0.0.1`, `10.0.0.1:80`, `10.0.0.1-10.0.0.9:80-90`, `[fd00::1]:80`, `:80`. */
function parseTarget(text: string): NatTarget | undefined {
  const match =
    /^\[([^\]]+)\](?::(.+))?$/.exec(text) ??
    (isBareIpv6(text) ? [text, text] : /^([^:]*)(?::(.+))?$/.exec(text));
  if (!match) return undefined;
  const addresses = match[1] ? addressRange(match[1]) : undefined;
  const ports = match[2] ? portRange(match[2]) : undefined;
  if ((match[1] && !addresses) || (match[2] && !ports) || (!addresses && !ports)) return undefined;
  return { ...(addresses ? { addresses } : {}), ...(ports ? { ports } : {}) };
}

function isBareIpv6(text: string): boolean {
  return text.split(':').length > 2;
}

function addressRange(text: string): { low: Ip; high: Ip } | undefined {
  const cidr = parseCidr(text);
  if (cidr) return { low: cidr.first, high: lastOf(cidr) };
  const [from = '', to] = text.split('-');
  const low = parseIp(from);
  const high = to === undefined ? low : parseIp(to);
  return low === undefined || high === undefined ? undefined : { low, high };
}

function portRange(text: string): ValueRange | undefined {
  const [low, high = low] = text.split('-').map(Number);
  return low === undefined || high === undefined || !Number.isInteger(low) || !Number.isInteger(high)
    ? undefined
    : { low, high };
}

function takePorts(stream: TokenStream, kind: 'masquerade' | 'redirect'): Statement | undefined {
  stream.next();
  let ports: ValueRange | undefined;
  if (stream.take('to')) {
    ports = portRange(stream.next().replace(/^:/, ''));
    if (!ports) return undefined;
  }
  takeFlags(stream);
  return { kind, ...(ports ? { ports } : {}) };
}

function takeTproxy(stream: TokenStream): Statement | undefined {
  stream.next();
  if (stream.peek() === 'ip' || stream.peek() === 'ip6') stream.next();
  if (!stream.take('to')) return undefined;
  const target = parseTarget(stream.next());
  const address = target?.addresses?.low;
  const port = target?.ports?.low;
  return (
    target && {
      kind: 'tproxy',
      ...(address === undefined ? {} : { address }),
      ...(typeof port === 'number' ? { port } : {}),
    }
  );
}

/** `update @set { ip saddr timeout 10s }`, and the older `set update ip saddr @set`. */
function takeSetUpdate(stream: TokenStream): Statement | undefined {
  const isOld = stream.take('set');
  const operation = stream.next();
  if (operation !== 'add' && operation !== 'update' && operation !== 'delete') return undefined;
  if (isOld) {
    const key = takeKey(stream);
    const set = stream.next();
    return key && set.startsWith('@')
      ? {
          kind: 'update-set',
          operation,
          set: set.slice(1),
          key: key.map(({ expression }) => expression),
          ipset: false,
        }
      : undefined;
  }
  const set = stream.next();
  const inner = stream.braced();
  const key = inner && takeKey(inner);
  if (!set.startsWith('@') || !key) return undefined;
  while (inner.take('timeout') || inner.take('expires') || inner.take('comment')) inner.next();
  // With a limit or quota it is a condition too.
  if (!inner.isDone && inner.peek() !== ':') return undefined;
  return {
    kind: 'update-set',
    operation,
    set: set.slice(1),
    key: key.map(({ expression }) => expression),
    ipset: false,
  };
}

/** `dup to 10.0.0.1 device "eth0"`: the copy goes elsewhere, the packet goes on. */
function takeCopy(stream: TokenStream): Statement | undefined {
  if (!stream.take('dup', 'to')) return undefined;
  const to = stream.next();
  if (stream.take('device')) stream.next();
  return { kind: 'pass', text: `dup to ${to}` };
}

/** `meta mark set …`, `mark set …`, `ct mark set …`; other settings change nothing that is walked. */
function takeMetaSet(stream: TokenStream): Statement | undefined {
  if (stream.take('meta', 'mark', 'set') || stream.take('mark', 'set')) return markSet(stream, 'set-mark');
  if (stream.take('ct', 'mark', 'set')) return markSet(stream, 'set-ctmark');
  for (const words of [
    ['meta', 'nftrace'],
    ['meta', 'priority'],
    ['ct', 'helper'],
    ['ct', 'zone'],
    ['ct', 'timeout'],
    ['ct', 'label'],
    ['ct', 'event'],
    ['ct', 'eventmask'],
    ['ct', 'expectation'],
    ['meta', 'secmark'],
  ] as const) {
    if (stream.take(...words, 'set')) {
      const isZone = words[1] === 'zone';
      const value = stream.next();
      while (stream.take(',')) stream.next();
      return isZone
        ? { kind: 'unknown-statement', text: `ct zone set ${value}` }
        : { kind: 'pass', text: `${words.join(' ')} set` };
    }
  }
  return undefined;
}

function markSet(stream: TokenStream, kind: 'set-mark' | 'set-ctmark'): Statement | undefined {
  const own = kind === 'set-mark' ? 'mark' : 'ct mark';
  const isOwn =
    own === 'mark' ? stream.take('meta', 'mark') || stream.take('mark') : stream.take('ct', 'mark');
  if (!isOwn && (stream.take('ct', 'mark') || stream.take('meta', 'mark') || stream.take('mark'))) {
    let mask = 0xffffffff;
    if (stream.take('&') || stream.take('and')) mask = Number(stream.next());
    if (!Number.isInteger(mask) || OPERATORS.has(stream.peek())) return undefined;
    return kind === 'set-mark'
      ? { kind: 'restore-mark', nfmask: 0xffffffff, ctmask: mask }
      : { kind: 'save-mark', nfmask: mask, ctmask: 0xffffffff };
  }
  const change = takeChange(stream, isOwn);
  return change && { kind, change };
}

const OPERATORS = new Set(['&', '|', '^', 'and', 'or', 'xor']);

/** Folds `mark & a | b ^ c` into one change; a plain number replaces everything. */
function takeChange(stream: TokenStream, isOwn: boolean): MarkChange | undefined {
  let and = 0xffffffff;
  let xor = 0;
  if (!isOwn) {
    const value = Number(stream.next());
    if (!Number.isInteger(value)) return undefined;
    and = 0;
    xor = value >>> 0;
  }
  while (OPERATORS.has(stream.peek())) {
    const operator = stream.next();
    const value = Number(stream.next());
    if (!Number.isInteger(value)) return undefined;
    if (operator === '&' || operator === 'and') [and, xor] = [and & value, xor & value];
    else if (operator === '|' || operator === 'or') [and, xor] = [and & ~value, (xor & ~value) | value];
    else xor ^= value;
  }
  return { and: and >>> 0, xor: xor >>> 0 };
}

/** `tcp option maxseg size set …` */
function takeOptionSet(stream: TokenStream): Statement | undefined {
  if (!stream.take('tcp', 'option', 'maxseg', 'size', 'set')) return undefined;
  if (stream.take('rt', 'mtu')) return { kind: 'pass', text: 'tcp option maxseg size set rt mtu' };
  return { kind: 'pass', text: `tcp option maxseg size set ${stream.next()}` };
}

function takeDscpSet(stream: TokenStream): Statement | undefined {
  if (!stream.take('ip', 'dscp', 'set') && !stream.take('ip6', 'dscp', 'set')) return undefined;
  return { kind: 'pass', text: `dscp set ${stream.next()}` };
}
