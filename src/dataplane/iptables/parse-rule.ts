import type { Match, Part } from '../ruleset/rule-parts.ts';
import type { Option, RuleContext } from './rule-syntax.ts';
import { RuleSplitter, type SplitRule, type Use } from './split-rule.ts';
import { UNMODELLED_TARGETS } from './targets/other.ts';
import { addressMatch, compare, compareNumber, interfaceNames, parseProtocolWord } from './values.ts';
import { type Word, splitWords } from './words.ts';

/** One `-A` line, read. */
export interface ParsedRule {
  readonly parts: Part[];
  readonly comment?: string;
  /** What is wrong with the line; the parts then hold an unknown match and an unknown statement. */
  readonly problem?: string;
}

/**
 * Reads a rule line, whose words start at `from` behind `-A CHAIN`. Parts come in the order the kernel evaluates them:
 * addresses, interfaces, protocol, then the matches as written, then the target. *Source:* iptables(8), ip_tables.c.
 */
export function parseRule(line: string, from: number, context: RuleContext): ParsedRule {
  const words = line.includes('\0') ? undefined : splitWords(line, from);
  if (words === undefined) {
    const problem = line.includes('\0') ? 'holds NUL bytes' : 'a quote is not closed';
    return { parts: opaque(line.slice(from).trim()), problem };
  }
  const rule = new RuleSplitter(words, line).split();
  const comment = rule.comments.length > 0 ? { comment: rule.comments.join(' ') } : {};
  if (rule.strays.length > 0) {
    const problem = `not understood: ${rule.strays.join(' ')}`;
    return { parts: opaque(textOf(words, line)), ...comment, problem };
  }
  return {
    parts: [
      ...headerParts(rule.header, context),
      ...matchParts(rule, context),
      ...targetParts(rule, context),
    ],
    ...comment,
  };
}

function textOf(words: readonly Word[], line: string): string {
  return line.slice(words[0]?.start ?? line.length, words.at(-1)?.end);
}

/** A rule of which nothing is known but that it stands there. */
export function opaque(text: string): Part[] {
  return [
    { kind: 'unknown-match', text },
    { kind: 'unknown-statement', text },
  ];
}

const ORDER = ['-s', '-d', '-i', '-o', '-p', '-f'];

function headerParts(header: readonly Option[], context: RuleContext): Part[] {
  const inOrder = [...header].sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  return inOrder.flatMap((option) => {
    const part = headerPart(option, context);
    if (part === 'any') return [];
    const text = [...(option.not ? ['!'] : []), option.name, ...option.values].join(' ');
    return [part ?? ({ kind: 'unknown-match', text } as const)];
  });
}

function headerPart({ name, values, not }: Option, { family }: RuleContext): Match | undefined | 'any' {
  const value = values[0] ?? '';
  switch (name) {
    case '-s':
      return addressMatch('saddr', value, not, family);
    case '-d':
      return addressMatch('daddr', value, not, family);
    case '-i':
      return compare('iifname', not, interfaceNames(value));
    case '-o':
      return compare('oifname', not, interfaceNames(value));
    case '-p': {
      const protocol = parseProtocolWord(value);
      if (protocol === 0) return not ? undefined : 'any';
      return protocol === undefined ? undefined : compareNumber('l4proto', not, protocol);
    }
    default:
      return compareNumber('fragment', not, 1);
  }
}

function matchParts({ matches }: SplitRule, context: RuleContext): Part[] {
  return matches.flatMap((use) => {
    const parts = use.hasUnknown ? undefined : use.extension?.parts(use.options, context);
    return parts ?? [{ kind: 'unknown-match', text: textOfUse(use) } as const];
  });
}

function targetParts({ target }: SplitRule, context: RuleContext): Part[] {
  if (target === undefined) return [];
  const { name, isGoto, extension } = target;
  const isJump = isGoto || context.isChain(name) || (!extension && !UNMODELLED_TARGETS.has(name));
  if (isJump && target.texts.length === 1) return [{ kind: isGoto ? 'goto' : 'jump', chain: name }];
  const parts = target.hasUnknown ? undefined : extension?.parts(target.options, context);
  return parts ?? [{ kind: 'unknown-statement', text: textOfUse(target) }];
}

function textOfUse({ texts }: Use): string {
  return texts.join(' ');
}
