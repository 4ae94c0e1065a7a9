import type { ParseIssue } from '../../model/evidence.ts';
import type { BaseChain, Chain, Rule, Table, TableFamily, TableOrigin } from '../ruleset/ruleset.ts';
import type { NamedSet } from '../ruleset/sets.ts';
import { PlaceStore, RulePlaces } from './rule-places.ts';
import { originOf } from './table-origin.ts';

// A source with more is no ruleset.
const MOST_ISSUES = 1000;

/** A chain as it is read. */
export interface ChainDraft extends Chain {
  readonly rules: RulePlaces;
  base?: BaseChain;
}

/** A table as it is read. */
export interface TableDraft {
  readonly family: TableFamily;
  readonly name: string;
  readonly chains: Map<string, ChainDraft>;
  readonly places: PlaceStore;
  /** Its sets, made when the table is finished. */
  readonly sets: Map<string, () => NamedSet>;
  /** Its base chains are on no hook. */
  isDormant: boolean;
  isComplete: boolean;
}

/** How a rule at a place of the source is read. */
export type ReadRuleAt = (
  table: Pick<Table, 'family' | 'origin'>,
  start: number,
  end: number,
  line: number,
) => Rule;

/** The tables of a source as they are read, and what was not understood. */
export class RulesetDraft {
  readonly source: string;
  readonly issues: ParseIssue[] = [];
  readonly #tables = new Map<string, TableDraft>();

  constructor(source: string) {
    this.source = source;
  }

  /** Notes what was not understood. */
  report(line: number, text: string, problem: string): void {
    const shown = text.slice(0, 200);
    if (this.issues.length > MOST_ISSUES) return;
    if (this.issues.length === MOST_ISSUES) {
      const rest = 'and what follows: there is more that is not understood than is told';
      this.issues.push({ source: this.source, text: shown, problem: rest });
      return;
    }
    this.issues.push({ source: this.source, ...(line > 0 ? { line } : {}), text: shown, problem });
  }

  /** The table, made where there is none yet. */
  table(family: TableFamily, name: string): TableDraft {
    const key = `${family} ${name}`;
    const known = this.#tables.get(key);
    if (known) return known;
    const draft = {
      family,
      name,
      chains: new Map(),
      places: new PlaceStore(),
      sets: new Map(),
      isDormant: false,
      isComplete: true,
    };
    this.#tables.set(key, draft);
    return draft;
  }

  /** Forgets a table, or all of them. */
  forget(family?: TableFamily, name?: string): void {
    if (family === undefined) this.#tables.clear();
    else this.#tables.delete(`${family} ${name}`);
  }

  /** Says of every table that something of it may be missing. */
  markCut(): void {
    for (const table of this.#tables.values()) table.isComplete = false;
  }

  /** The tables, whose rules `read` reads when they are asked for. */
  finish(read: ReadRuleAt): Table[] {
    return [...this.#tables.values()].map((draft) => finishTable(draft, this.source, read));
  }
}

/** The chain, made where there is none yet. */
export function chainOf(table: TableDraft, name: string, line: number): ChainDraft {
  const known = table.chains.get(name);
  if (known) return known;
  const draft: ChainDraft = { name, line, rules: new RulePlaces(table.places) };
  table.chains.set(name, draft);
  return draft;
}

function finishTable(draft: TableDraft, source: string, read: ReadRuleAt): Table {
  const { family, name, chains, places, isDormant, isComplete } = draft;
  const baseChains = [...chains.values()].filter(({ base }) => base !== undefined);
  const origin: TableOrigin = originOf(
    family,
    name,
    baseChains.map((chain) => chain.name),
  );
  if (isDormant) for (const chain of baseChains) delete chain.base;
  places.reader = (start, end, line) => read({ family, origin }, start, end, line);
  const sets = new Map([...draft.sets].map(([set, make]) => [set, make()]));
  return { family, name, origin, source, chains, sets, complete: isComplete };
}
