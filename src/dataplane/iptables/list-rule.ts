import type { Part } from '../ruleset/rule-parts.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import { readPhrases } from './list-phrases.ts';
import { parseRule } from './parse-rule.ts';
import type { RuleContext } from './rule-syntax.ts';

/** Which columns a listing has; `source` and `destination` always. */
export interface ListColumns {
  /** `--line-numbers`. */
  readonly hasNumber: boolean;
  /** `-v`: counters and interfaces. */
  readonly isVerbose: boolean;
}

/** The columns of one listed rule, and the words behind them. */
export interface ListedRule {
  /** Empty where the rule has none. */
  readonly target: string;
  readonly isGoto: boolean;
  /** Options of the rule itself. */
  readonly header: string;
  readonly words: string;
}

/** Splits the line of a rule; undefined where it has other columns than `columns`. */
export function splitListedRule(line: string, { hasNumber, isVerbose }: ListColumns): ListedRule | undefined {
  const front = `^ *${hasNumber ? String.raw`\d+ +` : ''}${isVerbose ? String.raw`\d+[KMGT]? +\d+[KMGT]? +` : ''}`;
  const sides = isVerbose ? String.raw`(\S+) +(\S+) +` : '()()';
  // ip6tables of old leaves the column of `opt` empty; a rule without a target leaves that one empty.
  const pattern = new RegExp(
    String.raw`${front}(?:(\S+) +)??(!?(?:all|tcp|udp|udplite|icmp|icmpv6|ipv6-icmp|esp|ah|sctp|dccp|ipip|gre|vrrp|igmp|\d+)) +(?:(--|-f|!f) +)?${sides}(\S+) +(\S+) ?(.*)$`,
  );
  const match = pattern.exec(line);
  if (match === null) return undefined;
  const [
    ,
    target = '',
    protocol = '',
    fragment,
    inside = '',
    outside = '',
    source = '',
    destination = '',
    words = '',
  ] = match;
  const header = [
    option('-s', source, ['anywhere', '0.0.0.0/0', '::/0']),
    option('-d', destination, ['anywhere', '0.0.0.0/0', '::/0']),
    option('-i', inside, ['*', 'any', '']),
    option('-o', outside, ['*', 'any', '']),
    option('-p', protocol, ['all', '0']),
    fragment === '-f' ? '-f' : fragment === '!f' ? '! -f' : '',
  ];
  const isGoto = /^ *\[goto\]/.test(words);
  return {
    target,
    isGoto,
    header: header.filter(Boolean).join(' '),
    words: words.replace(/^ *\[goto\]/, ''),
  };
}

function option(name: string, value: string, any: readonly string[]): string {
  if (any.includes(value)) return '';
  return value.startsWith('!') ? `! ${name} ${value.slice(1)}` : `${name} ${value}`;
}

/** What a listing without `-v` leaves open of each rule. */
const NO_INTERFACES: Part = {
  kind: 'unknown-match',
  text: 'interfaces, which iptables -L shows with -v alone',
};

/** Targets whose options do not change where a packet goes. */
const WITHOUT_OPTIONS = new Set(['ACCEPT', 'DROP', 'RETURN', 'LOG', 'NFLOG']);

/** The rule on `line` of a listing. What its words do not say exactly is unknown. */
export function ruleOfList(
  { target, isGoto, header, words }: ListedRule,
  place: { readonly line: number; readonly text: string; readonly isVerbose: boolean },
  context: RuleContext,
): Rule {
  const phrases = readPhrases(words, target);
  const { line, text } = place;
  const { parts } = parseRule(`${header} ${phrases.matches}`, 0, context);
  const end = parseRule(
    target === '' ? '' : `${isGoto ? '-g' : '-j'} ${target} ${phrases.target}`,
    0,
    context,
  );
  const isChain = context.isChain(target) || WITHOUT_OPTIONS.has(target);
  const mayLack = phrases.rest !== '' || (NEEDS_OPTIONS.has(target) && phrases.target === '');
  return {
    line,
    text,
    parts: [
      ...parts,
      ...(place.isVerbose ? [] : [NO_INTERFACES]),
      ...(phrases.rest === '' ? [] : [{ kind: 'unknown-match', text: phrases.rest } as const]),
      ...(mayLack && !isChain && target !== ''
        ? [{ kind: 'unknown-statement', text: `${target} ${phrases.rest}`.trim() } as const]
        : end.parts),
    ],
    ...(phrases.comment === undefined ? {} : { comment: phrases.comment }),
  };
}

/** Targets that do nothing without an option. */
const NEEDS_OPTIONS = new Set(['DNAT', 'SNAT', 'MARK', 'CONNMARK', 'NETMAP']);
