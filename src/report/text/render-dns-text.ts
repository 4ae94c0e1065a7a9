import type { DnsAnswer, DnsServerAnswer, DnsTry } from '../../diagnosis/dns-answer.ts';
import type { Style } from '../style.ts';
import { renderNotChecked } from './not-checked.ts';
import { verdictMarks } from './verdict-line.ts';
import { wrap } from './wrap.ts';

/** What a name should answer and what servers answer, for a terminal: each name the client tries, in its order. */
export function renderDnsText(answer: DnsAnswer, style: Style): string {
  const { resolver, verdict, headline } = answer;
  const indent = ' '.repeat(style.markWidth + 1);
  const resolv = `${answer.client} asks ${resolver.nameservers.join(', ') || 'no server'}, searches ${resolver.search.join(' ') || 'nothing'}, ndots ${resolver.ndots} (${resolver.because})`;
  const blocks = [
    `${style.mark(verdictMarks[verdict])} ${style.bold(wrap(style.plain(headline), style.width, indent))}`,
    `  ${wrap(style.plain(resolv), style.width, '  ')}`,
    answer.tries.map((each) => renderTry(each, style)).join('\n'),
    answer.corefile.map((line) => `  ${wrap(style.plain(line), style.width, '    ')}`).join('\n'),
    renderNotChecked(answer.notChecked, style),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function renderTry({ name, type, expected, answers }: DnsTry, style: Style): string {
  const promised =
    expected.by === 'upstream'
      ? `upstream: ${expected.because}`
      : `should answer ${expected.records.join(', ') || expected.rcode}: ${expected.because}`;
  const mark = answers.length === 0 ? 'none' : answers.some(({ problem }) => problem) ? 'problem' : 'ok';
  const indent = ' '.repeat(2 + style.markWidth + 1);
  return [
    `  ${style.mark(mark)} ${wrap(style.plain(`${name} ${type} ${promised}`), style.width, `${indent}  `)}`,
    ...answers.map((each) => `${indent}${serverLine(each, style, `${indent}  `)}`),
  ].join('\n');
}

function serverLine(answer: DnsServerAnswer, style: Style, indent: string): string {
  const { server, protocol, from, records, rcode, outcome, latencyMs, problem } = answer;
  const said = records.length > 0 ? records.join(', ') : (rcode ?? outcome);
  const time = latencyMs === undefined ? '' : ` in ${latencyMs} ms`;
  const mark = style.mark(problem === undefined ? 'ok' : 'problem');
  return `${mark} ${wrap(style.plain(`${server} ${protocol}: ${said}${time}, from ${from}`), style.width, indent)}`;
}
