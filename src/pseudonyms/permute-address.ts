import { type Ip, formatIp, parseIp } from '../model/address.ts';
import { type Cidr, parseCidr } from '../model/cidr.ts';
import { sha256 } from '../model/sha256.ts';

/** Blocks that mean something by themselves: nothing moves into them or out of them, and in the first list nothing moves at all. */
const KEPT = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/16', 'fe80::/10', 'ff00::/8'];
const CLOSED = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', '2000::/3'];

const keptBlocks = KEPT.map(blockOf);
const closedBlocks = [...KEPT, ...CLOSED].map(blockOf);

/**
 * A permutation of addresses that keeps prefixes: two addresses have as many leading bits in common as their images have, so that subnets stay
 * subnets. Which one is chosen by `seed`. *Source:* Xu, Fan, Ammar, Moon: Prefix-preserving IP address anonymization (2002).
 */
export function permuteAddress(seed: string): (address: Ip) => Ip {
  const flips = new Map<string, boolean>();
  const known = new Map<Ip, Ip>();
  /** Whether the bit after `prefix`, of so many bits, is turned. */
  const flip = (bits: number, value: bigint, length: number): boolean => {
    const key = `${bits} ${length} ${value}`;
    let answer = flips.get(key);
    if (answer === undefined) {
      answer = !isFixed(bits, value, length) && ((sha256(`${seed} ${key}`)[0] ?? 0) & 1) === 1;
      flips.set(key, answer);
    }
    return answer;
  };
  return (address) => {
    const before = known.get(address);
    if (before !== undefined) return before;
    const bits = typeof address === 'number' ? 32 : 128;
    const value = BigInt(address);
    let image = 0n;
    for (let length = 0; length < bits; length++) {
      const bit = (value >> BigInt(bits - 1 - length)) & 1n;
      const turned = flip(bits, value >> BigInt(bits - length), length) ? bit ^ 1n : bit;
      image = (image << 1n) | turned;
    }
    const answer = typeof address === 'number' ? Number(image) : image;
    known.set(address, answer);
    return answer;
  };
}

/** `text` (an address, or one with a prefix length) under `permute`; a subnet's own address stays one. Undefined: it is neither. */
export function permuteText(permute: (address: Ip) => Ip, text: string): string | undefined {
  const [host = '', length] = text.split('/');
  const address = parseIp(host);
  if (address === undefined) return undefined;
  const image = permute(address);
  if (length === undefined) return formatIp(image);
  const bits = typeof address === 'number' ? 32 : 128;
  const rest = BigInt(bits - Math.min(bits, Number(length)));
  const isSubnet = (BigInt(address) >> rest) << rest === BigInt(address);
  const shown = isSubnet ? (BigInt(image) >> rest) << rest : BigInt(image);
  return `${formatIp(typeof address === 'number' ? Number(shown) : shown)}/${length}`;
}

interface Block {
  readonly bits: number;
  readonly prefix: number;
  readonly first: bigint;
}

function blockOf(text: string): Block {
  const { first, prefix } = parseCidr(text) as Cidr;
  return { bits: typeof first === 'number' ? 32 : 128, prefix, first: BigInt(first) };
}

/** Whether the bit after these must stay: the way to a block that is closed, or inside one that is kept. */
function isFixed(bits: number, value: bigint, length: number): boolean {
  const startsAlike = ({ first }: Block, common: number): boolean =>
    first >> BigInt(bits - common) === value >> BigInt(length - common);
  return (
    closedBlocks.some(
      (block) => block.bits === bits && length < block.prefix && startsAlike(block, length),
    ) ||
    keptBlocks.some(
      (block) => block.bits === bits && length >= block.prefix && startsAlike(block, block.prefix),
    )
  );
}
