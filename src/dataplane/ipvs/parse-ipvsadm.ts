import { parseIp } from '../../model/address.ts';
import type { ParseIssue } from '../../model/evidence.ts';
import { type Parsed, type TextSource, parseLines } from '../text-source.ts';
import { PROTOCOL, parseProtocol } from '../../model/protocol.ts';
import type { RealServer, VirtualServer } from './virtual-server.ts';

/** A virtual server as it is read. */
type Draft = { -readonly [Key in keyof VirtualServer]: VirtualServer[Key] } & { servers: RealServer[] };

const FORWARD = { masq: 'masq', route: 'route', tunnel: 'tunnel', local: 'local' } as const;

/**
 * Virtual servers of `ipvsadm -Ln`, `ipvsadm-save -n` (`-Sn`) or `/proc/net/ip_vs`. One of which a line was not understood is left out: where there is an
 * issue, a server that is missing proves nothing. *Source:* ipvsadm(8).
 */
export function parseIpvsadm(source: TextSource): Parsed<VirtualServer> {
  const servers: Draft[] = [];
  const unread = new Set<Draft>();
  let listed: Draft | undefined;
  const { issues } = parseLines(source, ({ text, number }) => {
    const words = text.trim().split(/\s+/);
    if (/^IP Virtual Server version|^Prot LocalAddress|^-> RemoteAddress/.test(text.trim())) return undefined;
    if (words[0] === '->') {
      const problem = addTo(listed, listedServer(words, number));
      if (problem && listed) unread.add(listed);
      return problem;
    }
    if (words[0] === '-A' || words[0] === '-a') return readSaved(servers, words, source.path, number);
    listed = listedVirtual(words, source.path, number);
    if (listed === undefined) return { problem: 'is no virtual or real server' };
    servers.push(listed);
    return undefined;
  });
  return {
    items: servers.filter((server) => !unread.has(server)),
    issues: isCut(source) ? [...issues, cutIssue(source)] : issues,
  };
}

/** Whether the text ends in the middle of a line. Texts that were copied often lack the last newline: a real server with all of its columns is whole. */
function isCut({ bytes }: TextSource): boolean {
  if (bytes.length === 0 || bytes.at(-1) === NEWLINE) return false;
  return !WHOLE.test(decoder.decode(bytes.subarray(bytes.lastIndexOf(NEWLINE) + 1)));
}

const NEWLINE = 10;
const WHOLE =
  /^\s*->(?:\s+\S+){2}(?:\s+\d+){3}\s*$|^\s*-> RemoteAddress:Port.*InActConn\s*$|^-a .* -w \d+\s*$/;
const decoder = new TextDecoder();

function cutIssue({ path }: TextSource): ParseIssue {
  return { source: path, text: '', problem: 'the last line ends in the middle: more may follow' };
}

function addTo(virtual: Draft | undefined, real: RealServer | undefined): undefined | { problem: string } {
  if (!virtual || !real) return { problem: 'is no real server of a virtual server' };
  virtual.servers.push(real);
  return undefined;
}

function listedVirtual(words: readonly string[], source: string, line: number): Draft | undefined {
  const [kind = '', key = '', scheduler = '', ...rest] = words;
  const persistent = rest.indexOf('persistent');
  const more = {
    scheduler,
    flags: rest.filter((_, index) => persistent < 0 || index < persistent || index > persistent + 1),
    servers: [],
    source,
    line,
    ...(persistent < 0 ? {} : { persistentSeconds: Number(rest[persistent + 1] ?? 0) }),
  };
  if (kind === 'FWM') return { fwmark: Number(key), ...more };
  const protocol = parseProtocol(kind);
  const socket = socketOf(key);
  return protocol === undefined || !socket || scheduler === '' ? undefined : { protocol, ...socket, ...more };
}

function listedServer(words: readonly string[], line: number): RealServer | undefined {
  const socket = socketOf(words[1] ?? '');
  const forward = FORWARD[(words[2] ?? '').toLowerCase() as keyof typeof FORWARD];
  if (!socket || !forward) return undefined;
  const [weight, active, inactive] = words.slice(3).map(Number);
  // A line without its weight was cut: the weight decides whether the server gets connections.
  if (weight === undefined || !Number.isInteger(weight)) return undefined;
  return {
    ...socket,
    forward,
    weight,
    line,
    ...(active === undefined ? {} : { activeConnections: active }),
    ...(inactive === undefined ? {} : { inactiveConnections: inactive }),
  };
}

const SERVICE_OPTIONS: Record<string, number> = {
  '-t': PROTOCOL.tcp,
  '-u': PROTOCOL.udp,
  '--sctp-service': PROTOCOL.sctp,
};

function readSaved(
  servers: Draft[],
  words: readonly string[],
  source: string,
  line: number,
): undefined | { problem: string } {
  const after = (option: string): string | undefined => {
    const index = words.indexOf(option);
    return index < 0 ? undefined : words[index + 1];
  };
  const option = words[1] ?? '';
  const key = words[2] ?? '';
  const protocol = SERVICE_OPTIONS[option];
  const socket = protocol === undefined ? undefined : socketOf(key);
  if (!socket && option !== '-f') return { problem: 'names no virtual server' };
  const identity = socket && protocol !== undefined ? { protocol, ...socket } : { fwmark: Number(key) };
  if (words[0] === '-A') {
    const persistent = after('-p');
    servers.push({
      ...identity,
      scheduler: after('-s') ?? 'wlc',
      flags: [],
      servers: [],
      source,
      line,
      ...(persistent === undefined ? {} : { persistentSeconds: Number(persistent) }),
    });
    return undefined;
  }
  const virtual = servers.findLast((each) =>
    socket
      ? each.protocol === protocol && each.address === socket.address && each.port === socket.port
      : each.fwmark === Number(key),
  );
  const real = socketOf(after('-r') ?? '');
  const forward = words.includes('-g') ? 'route' : words.includes('-i') ? 'tunnel' : 'masq';
  return addTo(virtual, real && { ...real, forward, weight: Number(after('-w') ?? 1), line });
}

/** `10.0.0.1:80`, `[fd00::1]:80`, or the hexadecimal form of /proc: `0A000001:0050`, `[fd00:…]:0050`. */
function socketOf(text: string): { address: number | bigint; port: number } | undefined {
  const hex = /^([0-9A-F]{8}):([0-9A-F]{4})$/.exec(text);
  if (hex) return { address: Number.parseInt(hex[1] ?? '', 16), port: Number.parseInt(hex[2] ?? '', 16) };
  const match = /^\[([^\]]+)\]:(\w+)$/.exec(text) ?? /^([^:]+):(\w+)$/.exec(text);
  const address = parseIp(match?.[1] ?? '');
  const digits = match?.[2] ?? '';
  const port =
    typeof address === 'bigint' && /^[0-9A-F]{4}$/.test(digits) && /[A-F]|^0/.test(digits)
      ? Number.parseInt(digits, 16)
      : Number(digits);
  return address === undefined || !Number.isInteger(port) ? undefined : { address, port };
}
