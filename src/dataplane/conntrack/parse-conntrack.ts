import { parseIp } from '../../model/address.ts';
import { parseProtocol } from '../../model/protocol.ts';
import { type Parsed, type TextSource, parseLines } from '../text-source.ts';
import type { ConntrackEntry, Tuple } from './entry.ts';

/** Entries of `conntrack -L`, also `-o extended` and `/proc/net/nf_conntrack`. A busy node has hundreds of thousands. *Source:* conntrack(8). */
export function parseConntrack(source: TextSource): Parsed<ConntrackEntry> {
  return parseLines<ConntrackEntry>(source, ({ text, number }) => {
    if (text.startsWith('conntrack v') || text.startsWith('#')) return undefined;
    const words = text.trim().split(/\s+/);
    const start = words[0] === 'ipv4' || words[0] === 'ipv6' ? 2 : 0;
    const protocol = parseProtocol(words[start] ?? '') ?? parseProtocol(words[start + 1] ?? '');
    const { tuples, mark, isUnreplied, isAssured } = readWords(words, start);
    const [original, reply] = tuples.map(tupleOf);
    if (protocol === undefined || !original || !reply) return { problem: 'is no conntrack entry' };
    const timeout = Number(words[start + 2]);
    const state = words[start + 3];
    return {
      protocol,
      original,
      reply,
      isUnreplied,
      isAssured,
      line: number,
      ...(Number.isFinite(timeout) ? { timeoutSeconds: timeout } : {}),
      ...(state !== undefined && /^[A-Z_]+$/.test(state) ? { state } : {}),
      ...(mark === undefined ? {} : { mark }),
    };
  });
}

/** One direction in words. */
interface TupleWords {
  src: string;
  dst: string;
  sport?: number;
  dport?: number;
}

interface EntryWords {
  readonly tuples: readonly TupleWords[];
  readonly mark: number | undefined;
  readonly isUnreplied: boolean;
  readonly isAssured: boolean;
}

/** What stands behind protocol and timeout; each `src=` begins another direction. */
function readWords(words: readonly string[], start: number): EntryWords {
  const tuples: TupleWords[] = [];
  let tuple: TupleWords = { src: '', dst: '' };
  let mark: number | undefined;
  let [isUnreplied, isAssured] = [false, false];
  for (let i = start + 1; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.startsWith('src=')) tuples.push((tuple = { src: word.slice(4), dst: '' }));
    else if (word.startsWith('dst=')) tuple.dst = word.slice(4);
    else if (word.startsWith('sport=')) tuple.sport = Number(word.slice(6));
    else if (word.startsWith('dport=')) tuple.dport = Number(word.slice(6));
    else if (word.startsWith('mark=')) mark ??= Number(word.slice(5));
    else if (word === '[UNREPLIED]') isUnreplied = true;
    else if (word === '[ASSURED]') isAssured = true;
  }
  return { tuples, mark, isUnreplied, isAssured };
}

function tupleOf({ src, dst, sport, dport }: TupleWords): Tuple | undefined {
  const source = parseIp(src);
  const destination = parseIp(dst);
  if (source === undefined || destination === undefined) return undefined;
  return {
    source,
    destination,
    ...(sport === undefined ? {} : { sourcePort: sport }),
    ...(dport === undefined ? {} : { destinationPort: dport }),
  };
}
