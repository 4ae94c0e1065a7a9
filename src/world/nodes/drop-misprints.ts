import type { Field } from '../../dataplane/ruleset/rule-parts.ts';
import type { Rule, Table } from '../../dataplane/ruleset/ruleset.ts';
import { rulesOf } from '../../dataplane/ruleset/rules-of.ts';
import type { ParseIssue } from '../../model/evidence.ts';
import type { RuleDump } from './merge-tables.ts';

const PROBLEM =
  'a tool older than the iptables that wrote these rules printed them, and left out part of what they test; iptables-save in kube-proxy’s container prints all';

/**
 * The dumps of a node without those of a tool that is older than the iptables which wrote the rules: it leaves out what it does not know (iptables before 1.8.8
 * ports and marks, nft 0.9 chances), so that hardly a rule is what it seems. A listing of nft stays where iptables printed the same tables well.
 *
 * Told by kube-proxy’s own rules, which never lack these; a dump without any is taken as it is. *Source:* kubernetes/kubernetes#112477; iptables 1.8.7 and nft
 * 0.9.8 on rules that iptables 1.8.9 and 1.8.11 wrote.
 */
export function dropMisprints(dumps: readonly RuleDump[], issues: ParseIssue[]): RuleDump[] {
  const misprints = dumps.filter((dump) =>
    isOfNft(dump) ? lacksChances(dump.tables) : lacksPorts(dump.tables) || lacksMarks(dump.tables),
  );
  if (misprints.length === 0) return [...dumps];
  const isPrintedWell = dumps.some((dump) => !isOfNft(dump) && !misprints.includes(dump));
  const dropped = misprints.filter((dump) => !(isOfNft(dump) && isPrintedWell));
  for (const { source } of dropped) issues.push({ source: source.path, text: '', problem: PROBLEM });
  return dumps.filter((dump) => !dropped.includes(dump));
}

function isOfNft({ source }: RuleDump): boolean {
  return source.kind.startsWith('nft');
}

/** Whether no entry of a Service has a port. */
function lacksPorts(tables: readonly Table[]): boolean {
  let isThere = false;
  for (const rule of rulesIn(tables, 'KUBE-SERVICES')) {
    if (!tests(rule, 'daddr') || !jumpsTo(rule, /^KUBE-(SVC|SVL|EXT|XLB|FW)-/)) continue;
    if (tests(rule, 'dport')) return false;
    isThere = true;
  }
  return isThere;
}

/** Whether nothing tests the mark by which packets are let go without masquerade. */
function lacksMarks(tables: readonly Table[]): boolean {
  const returns = [...rulesIn(tables, 'KUBE-POSTROUTING')].filter(({ parts }) =>
    parts.some(({ kind }) => kind === 'return'),
  );
  return returns.length > 0 && !returns.some((rule) => tests(rule, 'mark'));
}

/** Whether Services with several endpoints choose none of them by chance. */
function lacksChances(tables: readonly Table[]): boolean {
  let choices = 0;
  for (const table of tables) {
    if (table.origin !== 'iptables-nft' || table.name !== 'nat') continue;
    for (const [name, chain] of table.chains) {
      if (!/^KUBE-(SVC|SVL|XLB)-/.test(name)) continue;
      const branches = [...rulesOf(chain)].filter((rule) => jumpsTo(rule, /^KUBE-SEP-/));
      if (branches.some(({ parts }) => parts.some(({ kind }) => kind === 'random'))) return false;
      if (branches.length > 1) choices++;
    }
  }
  return choices > 0;
}

/** The rules of `chain` in the nat tables. */
function* rulesIn(tables: readonly Table[], chain: string): Generator<Rule> {
  for (const { name, chains } of tables) if (name === 'nat') yield* rulesOf(chains.get(chain));
}

function jumpsTo({ parts }: Rule, chains: RegExp): boolean {
  return parts.some((part) => part.kind === 'jump' && chains.test(part.chain));
}

function tests({ parts }: Rule, field: Field): boolean {
  return parts.some((part) => 'left' in part && part.left.kind === 'field' && part.left.field === field);
}
