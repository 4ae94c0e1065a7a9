const decoder = new TextDecoder();
const LOOKED_AT = 1 << 20;

/**
 * The family of rules whose dump does not tell it: that of the first address behind `-s`, `-d` or a NAT target at or after
 * `at`, or of a word that only one family has. `ip` where nothing tells. *Limits:* looks at the first megabyte.
 */
export function guessFamily(bytes: Uint8Array, at: number): 'ip' | 'ip6' {
  const text = decoder.decode(bytes.subarray(at, at + LOOKED_AT));
  const table = /\nCOMMIT\b/.exec(text)?.index ?? text.length;
  const found = / (?:-s|-d|--to-destination|--to-source) (?:! )?(\S+)|(icmp6-|ipv6-icmp|icmpv6)/.exec(
    text.slice(0, table),
  );
  if (found === null) return 'ip';
  const [, address] = found;
  return address === undefined || /^\[|:.*:/.test(address) ? 'ip6' : 'ip';
}
