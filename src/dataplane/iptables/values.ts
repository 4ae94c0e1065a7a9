import { type Ip, parseIp } from '../../model/address.ts';
import { lastOf, parseCidr } from '../../model/cidr.ts';
import { parseProtocolName } from '../protocol-names.ts';
import type { Expression, Field, Match, ValueSet } from '../ruleset/rule-parts.ts';
import type { ValueRange } from '../ruleset/verdict.ts';

/** Unsigned 32-bit `text` as `strtoul` reads it with base 0 (decimal, 0x hexadecimal, 0 octal); undefined where it is none. */
export function parseNumber(text: string): number | undefined {
  let value = Number.NaN;
  if (/^0x[0-9a-f]+$/i.test(text)) value = Number.parseInt(text.slice(2), 16);
  else if (/^0[0-7]+$/.test(text)) value = Number.parseInt(text, 8);
  else if (/^(0|[1-9]\d*)$/.test(text)) value = Number(text);
  return value <= 0xffffffff ? value : undefined;
}

/** `value[/mask]` of a mark; without mask all bits count. */
export function parseMasked(text: string): { value: number; mask: number } | undefined {
  const slash = text.indexOf('/');
  const value = parseNumber(slash < 0 ? text : text.slice(0, slash));
  const mask = slash < 0 ? 0xffffffff : parseNumber(text.slice(slash + 1));
  return value === undefined || mask === undefined ? undefined : { value, mask };
}

/** `low[separator high]`, numbers up to `max`; an open end (`:80`, `80:`) reaches to the limit. */
export function parseRange(text: string, separator: ':' | '-', max: number): ValueRange | undefined {
  const at = text.indexOf(separator);
  const low = at === 0 ? 0 : parseNumber(at < 0 ? text : text.slice(0, at));
  const high = at < 0 ? low : at === text.length - 1 ? max : parseNumber(text.slice(at + 1));
  if (low === undefined || high === undefined || low > high || high > max || text === separator)
    return undefined;
  return { low, high };
}

/** A comma-separated list of ports and port ranges (`80,443,1000:2000`); names of services are not looked up. */
export function parsePorts(text: string): ValueRange[] | undefined {
  const ranges = text.split(',').map((part) => parseRange(part, ':', 0xffff));
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

/** `address[-address]` of `family`. */
export function parseAddressRange(text: string, family: 'ip' | 'ip6'): ValueRange | undefined {
  const dash = text.indexOf('-');
  const low = parseAddress(dash < 0 ? text : text.slice(0, dash), family);
  const high = dash < 0 ? low : parseAddress(text.slice(dash + 1), family);
  return low === undefined || high === undefined || low > high ? undefined : { low, high };
}

/** `text` as an address of `family`; undefined where it is none. */
export function parseAddress(text: string, family: 'ip' | 'ip6'): Ip | undefined {
  const address = parseIp(text);
  return address !== undefined && (typeof address === 'number') === (family === 'ip') ? address : undefined;
}

/** The comparison that `-s`/`-d` and their kin mean: `address[/prefix|/mask]`, several by commas. Names are not looked up. */
export function addressMatch(
  field: Field,
  text: string,
  not: boolean,
  family: 'ip' | 'ip6',
): Match | undefined {
  const ranges: ValueRange[] = [];
  for (const part of text.split(',')) {
    const cidr = parseCidr(part);
    if (cidr === undefined) return ranges.length > 0 ? undefined : maskedAddress(field, text, not, family);
    if ((typeof cidr.first === 'number') !== (family === 'ip')) return undefined;
    ranges.push({ low: cidr.first, high: lastOf(cidr) });
  }
  return compare(field, not, { ranges });
}

// `10.0.0.1/255.0.0.255`: bits compared that are no prefix.
function maskedAddress(field: Field, text: string, not: boolean, family: 'ip' | 'ip6'): Match | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(text.slice(0, slash), family);
  const mask = parseAddress(text.slice(slash + 1), family);
  if (slash < 0 || address === undefined || mask === undefined) return undefined;
  const value = typeof address === 'number' ? (address & Number(mask)) >>> 0 : address & BigInt(mask);
  return {
    kind: 'compare',
    left: { kind: 'field', field, mask },
    not,
    values: { ranges: [{ low: value, high: value }] },
  };
}

/** `field` compared with `values`. */
export function compare(field: Field, not: boolean, values: ValueSet): Match {
  return { kind: 'compare', left: fieldOf(field), not, values };
}

/** `field` compared with the one number `value`. */
export function compareNumber(field: Field, not: boolean, value: number): Match {
  return compare(field, not, { ranges: [{ low: value, high: value }] });
}

/** The whole field as an expression. */
export function fieldOf(field: Field): Expression {
  return { kind: 'field', field };
}

/** A protocol's number; 0 stands for all, as in iptables; undefined where the name is not known. */
export function parseProtocolWord(text: string): number | undefined {
  return text.toLowerCase() === 'all' ? 0 : parseProtocolName(text);
}

/** The names that `-i`/`-o` accept: a trailing `+` stands for any rest. */
export function interfaceNames(text: string): { readonly names: readonly string[] } {
  return { names: [text.endsWith('+') ? `${text.slice(0, -1)}*` : text] };
}
