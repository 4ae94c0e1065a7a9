import { type Ip, parseIp } from '../../model/address.ts';
import { PROTOCOL, type Protocol } from '../../model/protocol.ts';
import { type Parsed, type TextSource, parseLines } from '../text-source.ts';

/** A socket that takes connections or packets from anybody. */
export interface ListeningSocket {
  readonly protocol: Protocol;
  /** Absent: every address of `families`. */
  readonly address?: Ip;
  readonly families: readonly ('IPv4' | 'IPv6')[];
  readonly port: number;
  /** TCP: connections that wait to be accepted, and how many may; absent where not told. */
  readonly waiting?: number;
  readonly backlog?: number;
  readonly source: string;
  readonly line: number;
}

/** Listening sockets of `ss -lntu` or `netstat -lntu`. *Source:* ss(8), netstat(8). */
export function parseSockets(source: TextSource): Parsed<ListeningSocket> {
  return parseLines<ListeningSocket>(source, ({ text, number }) => {
    if (/^(Netid|State|Proto|Active)\b/.test(text)) return undefined;
    const words = text.trim().split(/\s+/);
    const isNetstat = /^(tcp|udp)6?$/.test(words[0] ?? '') && /^\d+$/.test(words[1] ?? '');
    // `ss -t` leaves out the first column.
    const [netid = '', state = '', waiting = '', backlog = '', local = ''] = isNetstat
      ? [words[0], words[5], words[1], '', words[3]]
      : /^(LISTEN|UNCONN|ESTAB)/.test(words[0] ?? '')
        ? [words[0] === 'UNCONN' ? 'udp' : 'tcp', ...words]
        : words;
    const protocol = netid.startsWith('tcp')
      ? PROTOCOL.tcp
      : netid.startsWith('udp')
        ? PROTOCOL.udp
        : undefined;
    if (protocol === undefined) return undefined;
    if (protocol === PROTOCOL.tcp && !state.startsWith('LISTEN')) return undefined;
    const at = local.lastIndexOf(':');
    const port = Number(local.slice(at + 1));
    // A wildcard that ss prints without brackets takes both families: the socket is IPv6 without IPV6_V6ONLY.
    const host = local
      .slice(0, at)
      .replace(/^\[|\]$/g, '')
      .replace(/%.*$/, '');
    if (at < 0 || !Number.isInteger(port)) return { problem: 'is no listening socket' };
    const address = parseIp(host);
    const isAny = host === '*' || host === '' || address === 0 || address === 0n;
    if (address === undefined && !isAny) return { problem: 'is no listening socket' };
    const isV6 = typeof address === 'bigint';
    return {
      protocol,
      ...(isAny ? {} : { address }),
      families: host === '*' || (isNetstat && isV6) ? ['IPv4', 'IPv6'] : isV6 ? ['IPv6'] : ['IPv4'],
      port,
      ...(isNetstat || protocol !== PROTOCOL.tcp
        ? {}
        : { waiting: Number(waiting), backlog: Number(backlog) }),
      source: source.path,
      line: number,
    } as ListeningSocket;
  });
}
