import { parseIp } from '../../model/address.ts';
import { parseProtocol } from '../../model/protocol.ts';
import { type Parsed, type TextSource, parseLines } from '../text-source.ts';
import type { ConntrackEntry, Tuple } from './entry.ts';

/** Entries of `conntrack -L`, also `-o extended` and `/proc/net/nf_conntrack`. *Source:* conntrack(8). */
export function parseConntrack(source: TextSource): Parsed<ConntrackEntry> {
  return parseLines<ConntrackEntry>(source, ({ text, number }) => {
    if (text.startsWith('conntrack v')) return undefined;
    const words = text.trim().split(/\s+/);
    const start = /^ipv[46]$/.test(words[0] ?? '') ? 2 : 0;
    const protocol = parseProtocol(words[start] ?? '') ?? parseProtocol(words[start + 1] ?? '');
    const original = tupleOf(words, 0);
    const reply = tupleOf(words, 1);
    if (protocol === undefined || !original || !reply) return { problem: 'is no conntrack entry' };
    const timeout = Number(words[start + 2]);
    const state = words[start + 3];
    const mark = words.find((word) => word.startsWith('mark='));
    return {
      protocol,
      original,
      reply,
      isUnreplied: words.includes('[UNREPLIED]'),
      isAssured: words.includes('[ASSURED]'),
      line: number,
      ...(Number.isFinite(timeout) ? { timeoutSeconds: timeout } : {}),
      ...(state !== undefined && /^[A-Z_]+$/.test(state) ? { state } : {}),
      ...(mark === undefined ? {} : { mark: Number(mark.slice(5)) }),
    };
  });
}

/** The `which`-th (0 or 1) set of `src= dst= sport= dport=`. */
function tupleOf(words: readonly string[], which: number): Tuple | undefined {
  const starts = words.flatMap((word, index) => (word.startsWith('src=') ? [index] : []));
  const own = words.slice(starts[which] ?? words.length, starts[which + 1] ?? words.length);
  const value = (key: string): string | undefined =>
    own.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const source = parseIp(value('src') ?? '');
  const destination = parseIp(value('dst') ?? '');
  if (source === undefined || destination === undefined) return undefined;
  const sport = value('sport');
  const dport = value('dport');
  return {
    source,
    destination,
    ...(sport === undefined ? {} : { sourcePort: Number(sport) }),
    ...(dport === undefined ? {} : { destinationPort: Number(dport) }),
  };
}
