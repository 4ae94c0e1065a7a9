import type { Match } from '../ruleset/rule-parts.ts';
import type { TokenStream } from './token-stream.ts';

/** Reads a match that is no comparison of a field: a reverse path test or a socket's. */
export function takeSpecialMatch(stream: TokenStream): Match | undefined {
  return takeReversePath(stream) ?? takeSocket(stream);
}

/** `socket transparent 1`, `socket wildcard 0`: what is asked of the socket that would take the packet. */
function takeSocket(stream: TokenStream): Match | undefined {
  const [word, key] = [stream.peek(), stream.peek(1)];
  const sign = stream.peek(2) === '==' ? 1 : 0;
  const value = stream.peek(2 + sign);
  if (word !== 'socket' || (key !== 'transparent' && key !== 'wildcard') || !/^[01]$/.test(value))
    return undefined;
  stream.take('socket', key);
  stream.take('==');
  stream.next();
  return { kind: 'socket', not: value === '0', text: `socket ${key} ${value}` };
}

/**
 * Reads `fib saddr [. mark] [. iif] oif missing`: whether there is no way back to the source (by the same interface). nft
 * also prints it as `oif 0`, and the opposite as `oif exists`. Undefined, and nothing read, where none is next.
 */
function takeReversePath(stream: TokenStream): Match | undefined {
  const before = stream.position;
  if (stream.take('fib', 'saddr')) {
    const withMark = stream.take('.', 'mark');
    const loose = !stream.take('.', 'iif');
    if (stream.take('oif')) {
      if (stream.peek(1) === 'missing' || stream.peek(1) === 'exists') stream.take('==');
      const isMissing = stream.take('missing') || stream.take('0') || stream.take('==', '0');
      const exists = !isMissing && (stream.take('exists') || stream.take('!=', '0'));
      if (isMissing || exists) return { kind: 'rpfilter', loose, not: isMissing, withMark };
    }
  }
  stream.rewind(before);
  return undefined;
}
