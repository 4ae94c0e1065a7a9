import type { Match } from '../ruleset/rule-parts.ts';
import type { TokenStream } from './token-stream.ts';

/** Reads a match that is no comparison of a field: a test of the reverse path, of a socket, of fragments or header options. */
export function takeSpecialMatch(stream: TokenStream): Match | undefined {
  switch (stream.peek()) {
    case 'fib':
      return takeReversePath(stream);
    case 'socket':
      return takeSocket(stream);
    case 'ip':
      return takeFragment(stream) ?? takeOption(stream);
    case 'exthdr':
      return takeOption(stream);
    default:
      return undefined;
  }
}

/** The offset and the sign that more follow; the bit that forbids fragments is not known. */
const FRAGMENT_BITS = 0x3fff;

/** `ip frag-off & 8191 != 0`: whether the packet is a fragment. */
function takeFragment(stream: TokenStream): Match | undefined {
  if (stream.peek(1) !== 'frag-off' || stream.peek(2) !== '&') return undefined;
  const mask = Number(stream.peek(3));
  const sign = stream.peek(4);
  const value = Number(stream.peek(5));
  const isKnown = Number.isInteger(mask) && (mask & ~FRAGMENT_BITS) === 0 && Number.isInteger(value);
  if (!isKnown || (sign !== '==' && sign !== '!=')) return undefined;
  for (let i = 0; i < 6; i++) stream.next();
  const left = { kind: 'field', field: 'fragment', mask } as const;
  return { kind: 'compare', left, not: sign === '!=', values: { ranges: [{ low: value, high: value }] } };
}

/** `ip option rr exists`, `exthdr hbh missing`. */
function takeOption(stream: TokenStream): Match | undefined {
  const before = stream.position;
  if (stream.take('ip', 'option') || stream.take('exthdr')) {
    stream.next();
    const not = stream.take('!=');
    stream.take('==');
    const exists = stream.take('exists');
    const left = { kind: 'field', field: 'header-options' } as const;
    if (exists || stream.take('missing'))
      return { kind: 'compare', left, not: exists !== not, values: { ranges: [{ low: 0, high: 0 }] } };
  }
  stream.rewind(before);
  return undefined;
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
