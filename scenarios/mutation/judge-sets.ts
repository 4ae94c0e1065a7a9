import { type Ip, formatIp } from '../../src/model/address.ts';
import { cidrContains, parseCidr } from '../../src/model/cidr.ts';

/** An ipset: what its dimensions are, and its members as printed. */
export interface JudgedSet {
  readonly dimensions: readonly string[];
  readonly isBitmap: boolean;
  readonly members: Set<string>;
}

/** Sets by name. */
export type JudgedSets = ReadonlyMap<string, JudgedSet>;

interface Side {
  readonly address: Ip;
  readonly port: number;
}

/** What of a packet sets are asked for. */
export interface AskedPacket {
  readonly protocol: string;
  readonly src: Side;
  readonly dst: Side;
}

/** The sets of `ipset save`. */
export function readSets(lines: readonly string[]): JudgedSets {
  const sets = new Map<string, JudgedSet>();
  for (const line of lines) {
    const [word, name = '', what = ''] = line.split(' ');
    const [kind, dimensions = ''] = what.split(':');
    if (word === 'create')
      sets.set(name, {
        dimensions: dimensions.split(','),
        isBitmap: kind === 'bitmap',
        members: new Set(),
      });
    else if (word === 'add') sets.get(name)?.members.add(what);
  }
  return sets;
}

/** Whether the set holds the packet; `sides` says for each dimension whether it is of the source or the destination. */
export function inSet(set: JudgedSet | undefined, sides: readonly string[], packet: AskedPacket): boolean {
  if (set === undefined) throw new Error('no such set');
  const { dimensions, isBitmap, members } = set;
  const asked = dimensions.map((dimension, index) => {
    const { address, port } = sides[index] === 'src' ? packet.src : packet.dst;
    if (dimension === 'port') return isBitmap ? String(port) : `${packet.protocol}:${port}`;
    return dimension === 'ip' ? formatIp(address) : address;
  });
  if (!dimensions.includes('net')) return members.has(asked.join(','));
  return [...members].some((member) =>
    member.split(',').every((text, index) => {
      const value = asked[index] ?? '';
      if (typeof value === 'string') return value === text;
      const cidr = parseCidr(text);
      return cidr !== undefined && cidrContains(cidr, value);
    }),
  );
}
