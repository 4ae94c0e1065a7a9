import { type Ip, parseIp } from '../../model/address.ts';
import { type Parsed, type TextSource, isJson, mapRows, parseJsonRows, parseLines } from '../text-source.ts';

/** A forwarding entry of a bridge: frames to `mac` leave by `port`. */
export interface ForwardingEntry {
  /** Lower case, colons. */
  readonly mac: string;
  readonly port: string;
  readonly bridge?: string;
  /** The port's own address, or one that was set by hand; what was learned is not. */
  readonly isPermanent: boolean;
  /** Of a VXLAN interface: the machine that frames to `mac` are sent to. */
  readonly remote?: Ip;
}

/** Entries of `bridge fdb show`, text or `-j`. *Source:* bridge(8). */
export function parseBridgeFdb(source: TextSource): Parsed<ForwardingEntry> {
  if (isJson(source)) {
    return mapRows(source, parseJsonRows(source), 'is no forwarding entry', jsonEntry);
  }
  return parseLines<ForwardingEntry>(source, ({ text }) => {
    const words = text.trim().split(/\s+/);
    const [mac = ''] = words;
    const port = words[words.indexOf('dev') + 1];
    if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) || words[1] !== 'dev' || port === undefined)
      return { problem: 'is no forwarding entry' };
    const at = words.indexOf('master');
    const bridge = at < 0 ? undefined : words[at + 1];
    return {
      mac: mac.toLowerCase(),
      port,
      isPermanent: words.includes('permanent'),
      ...(bridge === undefined ? {} : { bridge }),
      ...remoteOf(words.includes('dst') ? words[words.indexOf('dst') + 1] : undefined),
    };
  });
}

function remoteOf(text: unknown): Pick<ForwardingEntry, 'remote'> {
  const remote = typeof text === 'string' ? parseIp(text) : undefined;
  return remote === undefined ? {} : { remote };
}

function jsonEntry(row: Record<string, unknown>): ForwardingEntry | undefined {
  const { mac, ifname, master, state, dst } = row;
  if (typeof mac !== 'string' || typeof ifname !== 'string') return undefined;
  return {
    mac: mac.toLowerCase(),
    port: ifname,
    isPermanent: state === 'permanent',
    ...(typeof master === 'string' ? { bridge: master } : {}),
    ...remoteOf(dst),
  };
}
