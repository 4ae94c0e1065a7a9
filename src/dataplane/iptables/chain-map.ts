import type { Chain, Chains } from '../ruleset/ruleset.ts';
import { BUILT_IN } from './base-chains.ts';
import type { ChainNames } from './chain-names.ts';

/**
 * The chains of a table by name. A node of ten thousand Services has a hundred thousand chains, of which few are looked at:
 * names become strings and chains become objects when asked for.
 */
export class ChainMap implements Chains {
  private readonly names: ChainNames;
  private readonly make: (id: number) => Chain;
  private readonly made: Chain[] = [];
  private readonly gone: ReadonlySet<number>;
  /** Those asked for: a walk asks for the same few again and again, and finding one reads its bytes. */
  private readonly asked = new Map<string, number>();

  /** `make` makes the chain of a number; the chains in `gone` are not in the map. */
  constructor(names: ChainNames, gone: ReadonlySet<number>, make: (id: number) => Chain) {
    this.names = names;
    this.gone = gone;
    this.make = make;
  }

  get size(): number {
    return this.names.count - this.gone.size;
  }

  get(name: string): Chain | undefined {
    const id = this.idOf(name);
    return id < 0 ? undefined : this.chain(id);
  }

  has(name: string): boolean {
    return this.idOf(name) >= 0;
  }

  /** -1 where there is none. */
  private idOf(name: string): number {
    const known = this.asked.get(name);
    if (known !== undefined) return known;
    const id = this.names.findName(name);
    const there = this.gone.has(id) ? -1 : id;
    this.asked.set(name, there);
    return there;
  }

  /** Only built-in chains have a hook. */
  bases(): readonly Chain[] {
    const ids = BUILT_IN.map((name) => this.idOf(name)).filter((id) => id >= 0);
    return ids
      .sort((a, b) => a - b)
      .map((id) => this.chain(id))
      .filter(({ base }) => base !== undefined);
  }

  *keys(): MapIterator<string> {
    for (const id of this.ids()) yield this.names.nameOf(id);
  }

  *values(): MapIterator<Chain> {
    for (const id of this.ids()) yield this.chain(id);
  }

  *entries(): MapIterator<[string, Chain]> {
    for (const id of this.ids()) {
      const chain = this.chain(id);
      yield [chain.name, chain];
    }
  }

  [Symbol.iterator](): MapIterator<[string, Chain]> {
    return this.entries();
  }

  forEach(
    callback: (value: Chain, key: string, map: ReadonlyMap<string, Chain>) => void,
    thisArgument?: unknown,
  ): void {
    for (const [name, chain] of this) callback.call(thisArgument, chain, name, this);
  }

  private *ids(): Generator<number> {
    for (let id = 0; id < this.names.count; id++) if (!this.gone.has(id)) yield id;
  }

  private chain(id: number): Chain {
    return (this.made[id] ??= this.make(id));
  }
}
