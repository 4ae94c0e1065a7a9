import type { Part } from '../ruleset/rule-parts.ts';

/** One option with what it was given: `! --dport 80` is `{ name: '--dport', values: ['80'], not: true }`. */
export interface Option {
  readonly name: string;
  readonly values: readonly string[];
  readonly not: boolean;
}

/** What a rule's meaning depends on besides its text. */
export interface RuleContext {
  readonly family: 'ip' | 'ip6';
  /** Whether `name` is a chain of the table, as far as is known when the rule is read. */
  isChain(name: string): boolean;
}

/** How many values an option takes. */
export type Arity = 0 | 1 | 2;

/** A match or target extension that is understood, at least in part. */
export interface Extension {
  /** Its options; an option that is not listed here makes the rule unknown. */
  readonly options: Readonly<Record<string, Arity>>;
  /** What `options` mean; undefined where that is not modelled. */
  parts(options: readonly Option[], context: RuleContext): Part[] | undefined;
}

/** The extension whose options are understood one by one: `undefined` of a reader makes the whole match unknown. */
export function optionByOption(
  readers: Readonly<Record<string, (option: Option, context: RuleContext) => Part | Part[] | undefined>>,
  arity: Arity = 1,
): Extension {
  return {
    options: Object.fromEntries(Object.keys(readers).map((name) => [name, arity])),
    parts(options, context) {
      const parts: Part[] = [];
      for (const option of options) {
        const part = readers[option.name]?.(option, context);
        if (part === undefined) return undefined;
        parts.push(...(Array.isArray(part) ? part : [part]));
      }
      return parts;
    },
  };
}
