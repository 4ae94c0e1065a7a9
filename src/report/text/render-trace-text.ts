import type { DecidingRule, TraceAnswer, TraceOutcome } from '../../diagnosis/trace-answer.ts';
import type { Mark, Style } from '../style.ts';
import { renderNotChecked } from './not-checked.ts';
import { formatShares } from './share.ts';
import { verdictMarks } from './verdict-line.ts';
import { wrap } from './wrap.ts';

/** Where one packet ends, for a terminal: each outcome with its share, the rule that decided, and with `-v` every step. */
export function renderTraceText(answer: TraceAnswer, style: Style): string {
  const { packet, verdict } = answer;
  const to =
    packet.destinationPort === undefined
      ? packet.destination
      : addressPort(packet.destination, packet.destinationPort);
  const indent = ' '.repeat(style.markWidth + 1);
  const blocks = [
    `${style.mark(verdictMarks[verdict])} ${style.bold(wrap(style.plain(`${packet.client} → ${to}/${packet.protocol}: ${said(answer)}`), style.width, indent))}`,
    ...answer.outcomes.map((outcome) => renderOutcome(outcome, style)),
    renderNotChecked(answer.notChecked, style),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function addressPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function said({ verdict, outcomes }: TraceAnswer): string {
  const results = [...new Set(outcomes.map(({ result }) => result))].sort().join(' or ');
  switch (verdict) {
    case 'healthy':
      return outcomes.length === 1 ? 'delivered' : `delivered to ${outcomes.length} destinations`;
    case 'degraded':
      return `${results}, depending on the branch taken`;
    case 'broken':
      return results;
    case 'unknown':
      return 'undecided';
  }
}

const marks: Readonly<Record<string, Mark>> = { delivered: 'ok', unknown: 'unknown' };

function renderOutcome(outcome: TraceOutcome, style: Style): string {
  const nat =
    outcome.sourceNat === 'none'
      ? 'source kept'
      : `source becomes ${outcome.sourceNat === 'masquerade' ? "the node's (masquerade)" : outcome.sourceNat}`;
  const pod = outcome.pod === undefined ? '' : ` (pod ${outcome.pod})`;
  const indent = ' '.repeat(2 + style.markWidth + 1);
  const mark = marks[outcome.result] ?? 'problem';
  const shown = style.isVerbose === true ? outcome.steps : [];
  const lines = [
    `  ${style.mark(mark)} ${wrap(style.plain(`${formatShares(outcome.probability)} ${outcome.result} ${outcome.destination}${pod}, ${nat}`), style.width, indent)}`,
    ...(outcome.decidedBy === undefined ? [] : ruleLines('decided by', outcome.decidedBy, indent, style)),
    ...outcome.notes.map((note) => `${indent}${wrap(style.plain(note), style.width, indent)}`),
    ...outcome.unknowns.flatMap(({ text, rule }) => [
      `${indent}${wrap(style.plain(`not decided: ${text}`), style.width, indent)}`,
      ...(rule === undefined ? [] : ruleLines('at', rule, indent, style)),
    ]),
    ...shown.map((step) =>
      dimLine(`${step.node} ${step.stage}: ${step.text}${place(step.rule)}`, indent, style),
    ),
  ];
  return lines.join('\n');
}

function ruleLines(label: string, rule: DecidingRule, indent: string, style: Style): string[] {
  return [
    dimLine(`${label} ${rule.node}, ${rule.family} ${rule.table} ${rule.chain}${place(rule)}`, indent, style),
    `${indent}  ${wrap(style.plain(rule.rule), style.width, `${indent}  `)}`,
  ];
}

function dimLine(text: string, indent: string, style: Style): string {
  return style.dim(`${indent}${wrap(style.plain(text), style.width, `${indent}  `)}`);
}

function place(rule: DecidingRule | undefined): string {
  if (rule === undefined || rule.source === '') return '';
  return rule.line > 0 ? ` (${rule.source} line ${rule.line})` : ` (${rule.source})`;
}
