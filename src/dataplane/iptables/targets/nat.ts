import { parseCidr } from '../../../model/cidr.ts';
import type { Part, NatTarget } from '../../ruleset/rule-parts.ts';
import type { ValueRange } from '../../ruleset/verdict.ts';
import type { Extension, Option } from '../rule-syntax.ts';
import { parseAddressRange, parseRange } from '../values.ts';

const RANDOM = { '--random': 0, '--random-fully': 0, '--persistent': 0 } as const;

function valueOf(options: readonly Option[], name: string): string | undefined {
  return options.find((option) => option.name === name)?.values[0];
}

/**
 * `address[-address][:port[-port]]`, IPv6 addresses before a port in brackets; undefined where it is none of these, nor where a port is 0: iptables takes
 * none, and prints it of a rule that a newer iptables wrote. *Source:* kubernetes/kubernetes#114537.
 */
export function parseNatTarget(text: string, family: 'ip' | 'ip6'): NatTarget | undefined {
  const { address, port } = splitPort(text, family);
  const addresses = address === '' ? undefined : parseAddressRange(address, family);
  const ports = port === undefined ? undefined : parseRange(port, '-', 0xffff);
  if ((address !== '' && addresses === undefined) || (port !== undefined && ports === undefined))
    return undefined;
  if (ports?.low === 0 || (addresses === undefined && ports === undefined)) return undefined;
  return { ...(addresses && { addresses }), ...(ports && { ports }) };
}

function splitPort(text: string, family: 'ip' | 'ip6'): { address: string; port?: string } {
  if (family === 'ip') {
    const colon = text.indexOf(':');
    return colon < 0 ? { address: text } : { address: text.slice(0, colon), port: text.slice(colon + 1) };
  }
  const bracketed = /^\[(.*)\](?::(.*))?$/.exec(text);
  if (bracketed === null) return /^:\d/.test(text) ? { address: '', port: text.slice(1) } : { address: text };
  const [, address = '', port] = bracketed;
  return { address: address.replace(/\]-\[/, '-'), ...(port !== undefined && { port }) };
}

function translation(kind: 'dnat' | 'snat', option: string): Extension {
  return {
    options: { [option]: 1, ...RANDOM },
    parts(options, { family }) {
      // Only one range is allowed; older kernels took several. *Source:* iptables-extensions(8).
      if (options.filter(({ name }) => name === option).length !== 1) return undefined;
      const to = parseNatTarget(valueOf(options, option) ?? '', family);
      return to && [{ kind, to }];
    },
  };
}

function portChange(kind: 'masquerade' | 'redirect'): Extension {
  return {
    options: { '--to-ports': 1, ...RANDOM },
    parts(options) {
      const text = valueOf(options, '--to-ports');
      if (text === undefined) return [{ kind }];
      const ports: ValueRange | undefined = parseRange(text, '-', 0xffff);
      return ports && [{ kind, ports }];
    },
  };
}

function netmapParts(options: readonly Option[]): Part[] | undefined {
  const cidr = parseCidr(valueOf(options, '--to') ?? '');
  return cidr && [{ kind: 'netmap', first: cidr.first, prefix: cidr.prefix }];
}

/** Targets that translate addresses. *Source:* iptables-extensions(8). */
export const natTargets: Readonly<Record<string, Extension>> = {
  DNAT: translation('dnat', '--to-destination'),
  SNAT: translation('snat', '--to-source'),
  MASQUERADE: portChange('masquerade'),
  REDIRECT: portChange('redirect'),
  NETMAP: { options: { '--to': 1 }, parts: netmapParts },
};
