import type { Ruleset } from '../ruleset/ruleset.ts';
import { DumpReader } from './dump-reader.ts';
import { restoreLines } from './restore-lines.ts';

/**
 * Reads what iptables-save or ip6tables-save printed (any version, with or without counters, legacy or nft), input of
 * iptables-restore, or `iptables -S`. A `Rule` is made when it is asked for.
 *
 * Every line becomes a rule, a declaration or an issue. A rule's matches and targets that are not modelled are unknown
 * parts of it. A table without its COMMIT, and one whose name had to be guessed from fewer than its built-in chains, is not
 * complete. `hint.family` is used where no header tells the family; without either, the addresses do.
 *
 * *Source:* iptables-save(8), iptables-restore(8), iptables(8), iptables-extensions(8).
 */
export function parseIptables(
  source: { readonly path: string; readonly bytes: Uint8Array },
  hint: { readonly family?: 'ip' | 'ip6' } = {},
): Ruleset {
  const restored = restoreLines(source.bytes);
  if (restored === undefined) return new DumpReader(source, hint.family).read();
  const { tables, issues } = new DumpReader({ path: source.path, bytes: restored }, hint.family).read();
  const problem = 'the line breaks of this dump were lost: they are put back, and lines counted anew';
  return { tables, issues: [{ source: source.path, text: '', problem }, ...issues] };
}
