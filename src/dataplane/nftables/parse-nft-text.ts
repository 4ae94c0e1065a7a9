import type { Ruleset } from '../ruleset/ruleset.ts';
import { type TextSource, decodeSource } from '../text-source.ts';
import { NftCommands } from './nft-commands.ts';
import { readRule } from './parse-rule.ts';
import { type ReadRuleAt, RulesetDraft } from './table-draft.ts';
import { TokenStream } from './token-stream.ts';
import { tokenise } from './tokens.ts';

/**
 * Reads `nft list ruleset`, `nft list table`, and `nft -f` commands (`add table`, `add rule`, …). Words that are not
 * understood become unknown parts of their rule or issues; a text that is cut leaves its last table incomplete. Rules are
 * read when they are asked for. *Source:* nft(8), nftables 1.0 to 1.1.
 */
export function parseNftText(source: TextSource): Ruleset {
  const text = decodeSource(source);
  const draft = new RulesetDraft(source.path);
  new NftCommands(text, draft).read();
  const tables = draft.finish(ruleReader(text));
  if (draft.issues.length === 0 && tables.some(({ complete }) => !complete))
    draft.report(0, '', 'is cut: what follows is missing');
  return { tables, issues: draft.issues };
}

function ruleReader(text: string): ReadRuleAt {
  return ({ family, origin }, start, end, line) => {
    const stream = new TokenStream(tokenise(text, start, end, line));
    return {
      line,
      text: withoutCounters(text.slice(start, end)),
      ...readRule(stream, {
        family,
        textOf: (from, to) => text.slice(from, to),
        isCut: end >= text.length && text[end - 1] !== '\n',
        // What nft cannot translate of an iptables rule it leaves out; only the blank before it is there.
        hidesTarget:
          origin === 'iptables-nft' && text[end] === ' ' && /^ *(?:\n|$)/.test(text.slice(end, end + 80)),
      }),
    };
  };
}

/** A rule as it is shown: without what changes with every packet. */
export function withoutCounters(text: string): string {
  return text
    .replaceAll(/\bcounter packets \d+ bytes \d+/g, 'counter')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
