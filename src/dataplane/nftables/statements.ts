import type { Statement } from '../ruleset/rule-parts.ts';
import type { KeyExpression } from './expressions.ts';
import { takeMap } from './map-lookup.ts';
import { takeMetaSet } from './mark-statements.ts';
import { takeNat, takePorts, takeTproxy } from './nat-statements.ts';
import { takeSetUpdate } from './set-update.ts';
import type { TokenStream } from './token-stream.ts';

/** A statement, and the expressions of the packet that it uses. */
export interface ReadStatement {
  readonly statement: Statement;
  readonly used: readonly KeyExpression[];
}

/** Reads a statement other than a verdict; undefined, and nothing read, where none that is modelled is next. */
export function takeStatement(stream: TokenStream, family: string): ReadStatement | undefined {
  if (stream.token?.isString) return undefined;
  const before = stream.position;
  const used: KeyExpression[] = [];
  const statement = read(stream, family, used);
  if (statement) return { statement, used };
  stream.rewind(before);
  return undefined;
}

function read(stream: TokenStream, family: string, used: KeyExpression[]): Statement | undefined {
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
      return takeNat(stream, word, used);
    case 'masquerade':
    case 'redirect':
      return takePorts(stream, word, used);
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
      return takeSetUpdate(stream, used);
    case 'meta':
    case 'mark':
    case 'ct':
      return takeMetaSet(stream, used);
    case 'flow':
      return stream.take('flow', 'add') || stream.take('flow', 'offload')
        ? { kind: 'pass', text: `flow add ${stream.next()}` }
        : undefined;
    case 'last':
      stream.next();
      if (stream.take('used')) stream.next();
      return { kind: 'pass', text: 'last' };
    case 'tcp':
    case 'ip':
    case 'ip6':
    case 'ether':
      return takeHeaderSet(stream);
    case 'reset':
      return takeOptionReset(stream);
    case 'dup':
      return takeCopy(stream);
    default:
      return undefined;
  }
}

function takeCounter(stream: TokenStream): Statement {
  stream.next();
  if (stream.take('name')) {
    // `counter name tcp dport map { … }` chooses one by the packet.
    if (takeMap(stream, ['name'], []) === undefined) stream.next();
  } else {
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

/** `dup to 10.0.0.1 device "eth0"`: the copy goes elsewhere, the packet goes on. */
function takeCopy(stream: TokenStream): Statement | undefined {
  if (!stream.take('dup', 'to')) return undefined;
  const to = stream.next();
  if (stream.take('device')) stream.next();
  return { kind: 'pass', text: `dup to ${to}` };
}

/** Header fields that routers read, or nobody: rules may set them without changing where the packet goes. */
const HEADER_FIELDS = [
  ['ip', 'dscp'],
  ['ip', 'ecn'],
  ['ip', 'ttl'],
  ['ip6', 'dscp'],
  ['ip6', 'ecn'],
  ['ip6', 'hoplimit'],
  ['ip6', 'flowlabel'],
  ['ether', 'saddr'],
  ['tcp', 'option', 'maxseg', 'size'],
] as const;

function takeHeaderSet(stream: TokenStream): Statement | undefined {
  for (const words of HEADER_FIELDS)
    if (stream.take(...words, 'set')) {
      const value = stream.take('rt', 'mtu') ? 'rt mtu' : stream.next();
      return { kind: 'pass', text: `${words.join(' ')} set ${value}` };
    }
  return undefined;
}

/** `reset tcp option timestamp`: the option is taken out of the packet. */
function takeOptionReset(stream: TokenStream): Statement | undefined {
  return stream.take('reset', 'tcp', 'option')
    ? { kind: 'pass', text: `reset tcp option ${stream.next()}` }
    : undefined;
}
