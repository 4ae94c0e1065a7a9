import { opaque } from './parse-rule.ts';
import type { Chain, Rule, RuleList, Ruleset, Table } from '../ruleset/ruleset.ts';
import { baseChainOf, isBuiltIn } from './base-chains.ts';
import { DumpIssues } from './dump-issues.ts';
import { guessTable } from './guess-table.ts';
import { type ListColumns, type ListedRule, ruleOfList, splitListedRule } from './list-rule.ts';

interface ListedChain {
  readonly name: string;
  readonly line: number;
  readonly policy: 'accept' | 'drop';
  /** How many rules jump to it; undefined for a built-in chain. */
  readonly references: number | undefined;
  readonly rules: {
    readonly line: number;
    readonly text: string;
    readonly columns: ListColumns;
    /** Undefined where the line was not understood. */
    readonly rule: ListedRule | undefined;
  }[];
}

/** One run of `iptables -L`. */
interface Listing {
  /** What its command says, where that stands above it. */
  readonly table: string | undefined;
  readonly family: 'ip' | 'ip6' | undefined;
  readonly chains: Map<string, ListedChain>;
  /** Whether nothing was left out, as far as the lines tell. */
  isWhole: boolean;
}

/** A shell's prompt, as it is copied with what it printed. */
const PROMPT = /^(?:\[[^\]]+\]|\S+@\S+) ?[#$] *$/;
const NO_COLUMNS: ListColumns = { hasNumber: false, isVerbose: false };
const decoder = new TextDecoder();

/**
 * Reads what `iptables -L` and `ip6tables -L` print, with and without `-n`, `-v` and `--line-numbers`, also of several
 * tables. *Limits:* the listing says less than a save, so that much is unknown: interfaces without `-v`, names of hosts and
 * ports without `-n`, matches that print their own words. *Source:* iptables(8), iptables 1.8 iptables/nft-shared.c.
 */
export function parseIptablesList(
  { path, bytes }: { readonly path: string; readonly bytes: Uint8Array },
  hint: { readonly family?: 'ip' | 'ip6' } = {},
): Ruleset {
  const issues = new DumpIssues(path);
  const text = decoder.decode(bytes);
  const listings = readListings(text, issues);
  const tables = listings.map((listing) => tableOf(listing, path, hint.family, issues));
  if (
    listings.some(({ chains }) =>
      [...chains.values()].some(({ rules }) => rules.some(({ columns }) => !columns.isVerbose)),
    )
  )
    issues.add(
      0,
      '',
      'shows no interfaces, so that each of its rules may ask for one: iptables-save shows all',
    );
  return { tables, issues: issues.finish() };
}

function readListings(text: string, issues: DumpIssues): Listing[] {
  const listings: Listing[] = [];
  let chain: ListedChain | undefined;
  let columns: ListColumns | undefined;
  let command: { table: string | undefined; family: 'ip' | 'ip6' | undefined } | undefined;
  const lines = text.split('\n');
  for (const [index, raw] of lines.entries()) {
    const line = raw.replace(/\r$/, '');
    const number = index + 1;
    const head = /^Chain (\S+) \((?:policy (ACCEPT|DROP)\b.*|(\d+) references)\)$/.exec(line);
    if (head) {
      const [, name = '', policy, references] = head;
      const before = listings.at(-1);
      if (before === undefined || command !== undefined || before.chains.has(name)) {
        listings.push({ table: command?.table, family: command?.family, chains: new Map(), isWhole: true });
        command = undefined;
      }
      chain = {
        name,
        line: number,
        policy: policy === 'DROP' ? 'drop' : 'accept',
        references: references === undefined ? undefined : Number(references),
        rules: [],
      };
      columns = undefined;
      listings.at(-1)?.chains.set(name, chain);
    } else if (/^ *(?:num +)?(?:pkts +bytes +)?target +prot\b.* source +destination *$/.test(line)) {
      columns = { hasNumber: /^ *num /.test(line), isVerbose: / in +out /.test(line) };
    } else if (/\bip6?tables(?:-\w+)? .*-\w*L/.test(line)) {
      const table = /(?:-t|--table)[ =](\w+)/.exec(line)?.[1] ?? 'filter';
      command = { table, family: /\bip6tables/.test(line) ? 'ip6' : 'ip' };
    } else if (line.trim() !== '' && !PROMPT.test(line)) {
      const listing = listings.at(-1);
      // The last line of a listing that was cut may look whole.
      const isCut = index === lines.length - 1;
      const rule = isCut ? undefined : columns && splitListedRule(line, columns);
      if (rule === undefined) {
        issues.add(
          number,
          line,
          isCut ? 'the line ends in the middle' : 'not understood: rules may be left out',
        );
        if (listing) listing.isWhole = false;
      }
      chain?.rules.push({ line: number, text: line.trim(), columns: columns ?? NO_COLUMNS, rule });
    }
  }
  return listings;
}

function tableOf(
  { table, family, chains, isWhole }: Listing,
  source: string,
  hint: 'ip' | 'ip6' | undefined,
  issues: DumpIssues,
): Table {
  const all = [...chains.values()];
  const rules = all.flatMap((chain) => chain.rules);
  const builtIn = all.map(({ name }) => name).filter(isBuiltIn);
  const name =
    table ??
    guessTable(
      builtIn,
      all.flatMap((chain) =>
        chain.rules.map(({ rule }) => `-A ${chain.name} ${rule?.header} -j ${rule?.target}`),
      ),
    );
  const isWide =
    rules.some(({ rule }) => /-[sd] \S*:/.test(rule?.header ?? '')) ||
    rules.some(({ text }) => text.includes('::/0'));
  const own = family ?? hint ?? (isWide ? 'ip6' : 'ip');
  const lacking = all.filter(
    (chain) =>
      (chain.references ?? -1) >= 0 &&
      rules.filter(({ rule }) => rule?.target === chain.name).length !== chain.references,
  );
  for (const chain of lacking)
    issues.add(
      chain.line,
      `Chain ${chain.name}`,
      `another number of rules than ${chain.references} jumps to it: the listing lacks rules`,
    );
  const made = new Map(
    all.map((chain): [string, Chain] => {
      const base = isBuiltIn(chain.name)
        ? baseChainOf(name, chain.name, chain.policy, 'iptables-legacy')
        : undefined;
      const context = { family: own, isChain: (target: string) => chains.has(target) };
      const list = new ListedRules(
        chain.rules.map(({ line, text, columns, rule }) =>
          rule === undefined
            ? { line, text, parts: opaque(text) }
            : ruleOfList(rule, { line, text, isVerbose: columns.isVerbose }, context),
        ),
      );
      return [chain.name, { name: chain.name, ...(base && { base }), rules: list, line: chain.line }];
    }),
  );
  const complete = isWhole && lacking.length === 0 && builtIn.length > 1;
  return { family: own, name, origin: 'iptables-legacy', source, chains: made, sets: new Map(), complete };
}

/** The rules of a listed chain. */
class ListedRules implements RuleList {
  readonly length: number;
  private readonly rules: readonly Rule[];

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.length = rules.length;
  }

  at(index: number): Rule {
    const rule = this.rules[index];
    if (rule === undefined) throw new RangeError(`no rule ${index} of ${this.length}`);
    return rule;
  }

  next(from: number): number {
    return from;
  }
}
