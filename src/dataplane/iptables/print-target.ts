import { type Ip, formatIp } from '../../model/address.ts';
import type { NatTarget, Part } from '../ruleset/rule-parts.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import { quoteWord } from './words.ts';

/** `part` as an iptables target; undefined where iptables has none. */
export function printTarget(part: Part): string | undefined {
  switch (part.kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return `-j ${part.kind.toUpperCase()}`;
    case 'queue':
      return '-j NFQUEUE';
    case 'jump':
      return `-j ${quoteWord(part.chain)}`;
    case 'goto':
      return `-g ${quoteWord(part.chain)}`;
    case 'reject':
      return `-j REJECT --reject-with ${part.with}`;
    case 'dnat':
      return printNat('DNAT --to-destination', part.to);
    case 'snat':
      return printNat('SNAT --to-source', part.to);
    case 'masquerade':
    case 'redirect': {
      const ports = part.ports === undefined ? '' : ` --to-ports ${span(part.ports)}`;
      return `-j ${part.kind.toUpperCase()}${ports}`;
    }
    case 'netmap':
      return `-j NETMAP --to ${formatIp(part.first)}/${part.prefix}`;
    case 'set-mark':
    case 'set-ctmark': {
      const name = part.kind === 'set-mark' ? 'MARK' : 'CONNMARK';
      return `-j ${name} --set-xmark ${hex(part.change.xor)}/${hex(~part.change.and >>> 0)}`;
    }
    case 'save-mark':
    case 'restore-mark':
      return `-j CONNMARK --${part.kind} --nfmask ${hex(part.nfmask)} --ctmask ${hex(part.ctmask)}`;
    case 'notrack':
      return '-j CT --notrack';
    case 'tproxy': {
      const address = part.address === undefined ? '' : ` --on-ip ${formatIp(part.address)}`;
      return `-j TPROXY --on-port ${part.port ?? 0}${address}`;
    }
    case 'update-set': {
      const sides = part.key.map((key) => (key.kind === 'field' && key.field === 'saddr' ? 'src' : 'dst'));
      if (!part.ipset || part.operation === 'update') return undefined;
      return `-j SET --${part.operation === 'add' ? 'add' : 'del'}-set ${quoteWord(part.set)} ${sides.join(',')}`;
    }
    case 'pass':
      return part.text.startsWith('-m ') ? part.text : `-j ${part.text}`;
    case 'unknown-statement':
      return part.text;
    default:
      return undefined;
  }
}

function printNat(option: string, to: NatTarget): string | undefined {
  if (to.map) return undefined;
  const isWide = typeof to.addresses?.low === 'bigint';
  const address = to.addresses === undefined ? '' : addressSpan(to.addresses);
  const ports = to.ports === undefined ? '' : `:${span(to.ports)}`;
  return `-j ${option} ${isWide && ports !== '' ? `[${address}]` : address}${ports}`;
}

function addressSpan({ low, high }: ValueRange): string {
  return low === high ? formatIp(low) : `${formatIp(low)}-${formatIp(high)}`;
}

function span({ low, high }: ValueRange): string {
  return low === high ? `${low}` : `${low}-${high}`;
}

function hex(value: Ip): string {
  return `0x${value.toString(16)}`;
}
