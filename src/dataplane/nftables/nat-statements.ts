import { type Ip, parseIp } from '../../model/address.ts';
import { lastOf, parseCidr } from '../../model/cidr.ts';
import type { NatTarget, Statement } from '../ruleset/rule-parts.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import type { KeyExpression } from './expressions.ts';
import { takeMap } from './map-lookup.ts';
import type { TokenStream } from './token-stream.ts';

const FLAGS = new Set(['random', 'fully-random', 'persistent', ',']);

function takeFlags(stream: TokenStream): void {
  while (FLAGS.has(stream.peek())) stream.next();
}

/** `dnat to 10.0.0.1:80`, `dnat ip to numgen … map { … }`, `dnat ip addr . port to …`, `snat ip prefix to 10.0.0.0/24`. */
export function takeNat(
  stream: TokenStream,
  kind: 'dnat' | 'snat',
  used: KeyExpression[],
): Statement | undefined {
  stream.next();
  if (stream.peek() === 'ip' || stream.peek() === 'ip6') stream.next();
  const isPrefix = stream.take('prefix');
  stream.take('addr', '.', 'port');
  if (!stream.take('to')) return undefined;
  const to = takeTarget(stream, used);
  if (to === undefined || (isPrefix && !isWholePrefix(to))) return undefined;
  takeFlags(stream);
  return { kind, to: isPrefix ? { ...to, isPrefix } : to };
}

function isWholePrefix({ addresses, map, ports, portMap }: NatTarget): boolean {
  return (addresses !== undefined || map !== undefined) && ports === undefined && portMap === undefined;
}

/** An address, ports, or both, each by itself or from a map: `10.0.0.1:80`, `ip daddr map @m:8080`, `:tcp dport map { … }`. */
function takeTarget(stream: TokenStream, used: KeyExpression[]): NatTarget | undefined {
  const map = takeMap(stream, ['address', 'port'], used);
  if (map !== undefined) return takePortsBehind(stream, { map }, used);
  const whole = parseTarget(stream.peek());
  if (whole !== undefined) {
    stream.next();
    return whole;
  }
  // `10.0.0.1:tcp dport map …`: the key of a map begins behind the colon.
  stream.split(stream.peek().lastIndexOf(':'));
  if (stream.peek().startsWith(':')) return takePortsBehind(stream, {}, used);
  const address = parseTarget(stream.next());
  return address && takePortsBehind(stream, address, used);
}

/** What `:` begins, if it is next: ports, or a map of them. */
function takePortsBehind(stream: TokenStream, to: NatTarget, used: KeyExpression[]): NatTarget | undefined {
  if (!stream.peek().startsWith(':')) return to;
  stream.split(1);
  stream.next();
  const ports = portRange(stream.peek());
  if (ports !== undefined) {
    stream.next();
    return { ...to, ports };
  }
  const portMap = takeMap(stream, ['port'], used);
  return portMap && { ...to, portMap };
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
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return from === undefined ? undefined : { low: Number(from), high: Number(to) };
}

/** `masquerade to :1000-2000`, `redirect to :8080`, `redirect to :tcp dport map { … }`. */
export function takePorts(
  stream: TokenStream,
  kind: 'masquerade' | 'redirect',
  used: KeyExpression[],
): Statement | undefined {
  stream.next();
  const to = stream.take('to') ? takePortsBehind(stream, {}, used) : {};
  if (to === undefined || (kind === 'masquerade' && to.portMap !== undefined)) return undefined;
  takeFlags(stream);
  return { kind, ...to };
}

/** `tproxy to 127.0.0.1:5000`, `tproxy ip6 to :5000`. */
export function takeTproxy(stream: TokenStream): Statement | undefined {
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
