import type { Chain, Table } from '../ruleset/ruleset.ts';
import type { RuleReference } from './trace.ts';

/** A walk names far more rules than anybody looks at: what a reference says is looked up when asked for. */
class RuleOfChain implements RuleReference {
  readonly node: string;
  readonly #table: Table;
  readonly #chain: Chain;
  readonly #index: number;

  constructor(node: string, table: Table, chain: Chain, index: number) {
    this.node = node;
    this.#table = table;
    this.#chain = chain;
    this.#index = index;
  }

  get family(): string {
    return this.#table.family;
  }

  get table(): string {
    return this.#table.name;
  }

  get source(): string {
    return this.#table.source;
  }

  get chain(): string {
    return this.#chain.name;
  }

  get rule(): string {
    return this.#chain.rules.at(this.#index).text;
  }

  get line(): number {
    return this.#chain.rules.at(this.#index).line;
  }
}

/** The rule at `index` of `chain`, as an answer names it. */
export function referenceToRule(node: string, table: Table, chain: Chain, index: number): RuleReference {
  return new RuleOfChain(node, table, chain, index);
}

/** The policy of a base chain, or another property of a chain that decided (`chain is missing`). */
export function referenceToChain(node: string, table: Table, chain: Chain, text: string): RuleReference {
  return {
    node,
    family: table.family,
    table: table.name,
    chain: chain.name,
    rule: text,
    source: table.source,
    line: chain.line,
  };
}

/** All that a reference says, in an object of its own that may be copied, printed or changed. */
export function plainReference({
  node,
  family,
  table,
  chain,
  rule,
  source,
  line,
  carrier,
}: RuleReference): RuleReference {
  return { node, family, table, chain, rule, source, line, ...(carrier === undefined ? {} : { carrier }) };
}

/** Whether both name the same rule of the same node. */
export function isSameReference(a: RuleReference | undefined, b: RuleReference | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return (
    a.line === b.line &&
    a.chain === b.chain &&
    a.table === b.table &&
    a.node === b.node &&
    a.family === b.family &&
    a.rule === b.rule
  );
}
