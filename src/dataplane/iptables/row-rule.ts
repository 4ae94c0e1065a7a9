import type { Ip } from '../../model/address.ts';
import { cidrOf, lastOf } from '../../model/cidr.ts';
import type { Field, Match, Part } from '../ruleset/rule-parts.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import * as CELL from './row-cells.ts';
import * as FLAG from './row-flags.ts';
import type { Rows } from './rows.ts';
import { compare, compareNumber } from './values.ts';

const decoder = new TextDecoder();

/** The names of a row's chains. */
interface RowChains {
  /** The one it is a rule of. */
  readonly own: string;
  /** The one it jumps to; empty where it jumps to none. */
  readonly target: string;
}

// A rule made from a row. Its texts are decoded when asked for: most rules are walked, not shown.
class RowRule implements Rule {
  readonly line: number;
  readonly parts: readonly Part[];
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  constructor(rows: Rows, base: number, chains: RowChains, isWide: boolean) {
    const { cells, bytes } = rows;
    this.#bytes = bytes;
    this.line = cells[base + CELL.LINE] ?? 0;
    this.#start = cells[base + CELL.START] ?? 0;
    this.#end = cells[base + CELL.END] ?? 0;
    this.parts = partsOf(rows, base, chains, isWide);
  }

  get text(): string {
    return decoder.decode(this.#bytes.subarray(this.#start, this.#end));
  }
}

class CommentedRowRule extends RowRule {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  constructor(rows: Rows, base: number, chains: RowChains, isWide: boolean) {
    super(rows, base, chains, isWide);
    this.#bytes = rows.bytes;
    this.#start = rows.cells[base + CELL.COMMENT_START] ?? 0;
    this.#end = rows.cells[base + CELL.COMMENT_END] ?? 0;
  }

  get comment(): string {
    return decoder.decode(this.#bytes.subarray(this.#start, this.#end));
  }
}

/** The rule of the row at `base`, which must have `FLAG.READ`. */
export function ruleOfRow(rows: Rows, base: number, chains: RowChains, isWide: boolean): Rule {
  const hasComment = ((rows.cells[base + CELL.FLAGS] ?? 0) & FLAG.COMMENT) !== 0;
  return hasComment
    ? new CommentedRowRule(rows, base, chains, isWide)
    : new RowRule(rows, base, chains, isWide);
}

function partsOf(rows: Rows, base: number, chains: RowChains, isWide: boolean): Part[] {
  const { cells } = rows;
  const flags = cells[base + CELL.FLAGS] ?? 0;
  const parts: Part[] = [];
  if ((flags & FLAG.SOURCE) !== 0) {
    const address = addressAt(rows, cells[base + CELL.SOURCE] ?? 0, isWide);
    const isNot = (flags & FLAG.NOT_SOURCE) !== 0;
    parts.push(addressPart(address, cells[base + CELL.SOURCE_PREFIX] ?? 0, 'saddr', isNot));
  }
  if ((flags & FLAG.DESTINATION) !== 0) {
    const address = addressAt(rows, cells[base + CELL.DESTINATION] ?? 0, isWide);
    const isNot = (flags & FLAG.NOT_DESTINATION) !== 0;
    parts.push(addressPart(address, cells[base + CELL.DESTINATION_PREFIX] ?? 0, 'daddr', isNot));
  }
  if ((flags & FLAG.PROTOCOL) !== 0)
    parts.push(compareNumber('l4proto', false, cells[base + CELL.PROTOCOL] ?? 0));
  if ((flags & FLAG.PORT) !== 0) parts.push(compareNumber('dport', false, cells[base + CELL.PORT] ?? 0));
  if ((flags & FLAG.RANDOM) !== 0)
    parts.push({ kind: 'random', weight: (cells[base + CELL.WEIGHT] ?? 0) >>> 0, of: 2 ** 31, not: false });
  if ((flags & (FLAG.RECENT | FLAG.REMEMBER)) !== 0) parts.push(recentPart(rows, base, chains, flags));
  if ((flags & FLAG.JUMP) !== 0) {
    parts.push({ kind: 'jump', chain: chains.target });
  } else {
    const address = addressAt(rows, cells[base + CELL.TARGET] ?? 0, isWide);
    const port = cells[base + CELL.TARGET_END] ?? 0;
    const addresses = { low: address, high: address };
    parts.push({
      kind: 'dnat',
      to: port === 0 ? { addresses } : { addresses, ports: { low: port, high: port } },
    });
  }
  return parts;
}

// kube-proxy calls its lists as the chains of endpoints.
function recentPart({ cells }: Rows, base: number, { own, target }: RowChains, flags: number): Match {
  if ((flags & FLAG.REMEMBER) !== 0) return { kind: 'recent', list: own, operation: 'set', not: false };
  const seconds = cells[base + CELL.WEIGHT] ?? 0;
  return { kind: 'recent', list: target, operation: 'rcheck', seconds, not: false };
}

function addressAt(rows: Rows, cell: number, isWide: boolean): Ip {
  return isWide ? rows.wideAt(cell) : cell >>> 0;
}

function addressPart(address: Ip, prefix: number, field: Field, not: boolean): Match {
  if (prefix === (typeof address === 'bigint' ? 128 : 32))
    return compare(field, not, { ranges: [{ low: address, high: address }] });
  const cidr = cidrOf(address, prefix);
  return compare(field, not, { ranges: [{ low: cidr.first, high: lastOf(cidr) }] });
}
