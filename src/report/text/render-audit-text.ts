import type { Audit } from '../../diagnosis/audit.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { Finding } from '../../model/finding.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Style } from '../style.ts';
import { nameList, renderCause } from './cause.ts';
import { count } from './count.ts';
import { renderFindings } from './findings.ts';
import { findingsOfAll, groupByCauses, ownFindings } from './group-services.ts';
import { renderNotChecked } from './not-checked.ts';
import { verdictLine, verdictMarks } from './verdict-line.ts';
import { wrap } from './wrap.ts';

/** Services listed one by one without `-v`, of each group. */
const shownServices = 20;
/** Names told of Services of which the same is said. */
const shownNames = 5;

/**
 * The answer about many Services for a terminal: how many work, then each one that doesn't with its causes, then those of
 * which too little was seen, then what was not checked. Ends with a newline.
 */
export function renderAuditText(audit: Audit, style: Style): string {
  const { services } = audit;
  const bad = services.filter(({ verdict }) => verdict === 'broken' || verdict === 'degraded');
  const unknown = services.filter(({ verdict }) => verdict === 'unknown');
  const packets = services.reduce((sum, { counts }) => sum + counts.packets, 0);
  const nodes = Math.max(0, ...services.map(({ counts }) => counts.nodes));
  const ofAll = findingsOfAll(services);
  const warned = services.filter(
    (service) => service.verdict === 'healthy' && renderFindings(ownFindings(service, ofAll), style) !== '',
  );
  const left = leftOut(bad, style) + leftOut(warned, style);
  const blocks = [
    `${style.mark(verdictMarks[audit.verdict])} ${style.bold(style.plain(`${audit.subject}: ${tallyOf(services.length, bad.length, unknown.length)}`))}\n` +
      `${' '.repeat(style.markWidth + 1)}walked ${count(packets, 'packet')} through the rules of ${count(nodes, 'node')}`,
    ...groupByCauses(limited(bad, style)).map((group) => renderGroup(group, ofAll, style)),
    groupByHeadline(unknown, style)
      .map((group) => manyLine(group, style))
      .join('\n'),
    limited(warned, style)
      .map((service) => renderService(service, ofAll, style))
      .join('\n'),
    left > 0 ? style.dim(`  and ${left} more Services (-v lists them)`) : '',
    renderFindings(ofAll, style),
    renderNotChecked(audit.notChecked, style),
    audit.verdict === 'healthy'
      ? ''
      : style.dim(
          `exit ${exitCodeOf(audit.verdict)}: ${count(
            groupByCauses(bad).reduce((sum, [first]) => sum + (first?.causes.length ?? 0), 0),
            'cause',
          )} in ${count(bad.length, 'Service')}, ${count(audit.notChecked.length, 'thing')} not checked`,
        ),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** `2 of 5 Services work, 1 does not, 2 undetermined`. */
function tallyOf(all: number, bad: number, unknown: number): string {
  if (all === 0) return 'there is no such Service';
  const works = all - bad - unknown;
  return [
    `${works} of ${count(all, 'Service')} work${works === 1 ? 's' : ''}`,
    ...(bad > 0 ? [`${bad} ${bad === 1 ? 'does' : 'do'} not`] : []),
    ...(unknown > 0 ? [`${unknown} undetermined`] : []),
  ].join(', ');
}

/** Every Service of the group by its line, the causes once: they are told of the first. */
function renderGroup(group: readonly Diagnosis[], ofAll: readonly Finding[], style: Style): string {
  const [first, ...others] = group;
  if (first === undefined) return '';
  if (others.length === 0) return renderService(first, ofAll, style);
  return [
    ...group.map((service) => oneLine(service, style)),
    ...first.causes.map((cause) => renderCause(cause, style)),
    ...new Set(group.map((service) => renderFindings(ownFindings(service, ofAll), style))),
  ]
    .filter((block) => block !== '')
    .join('\n');
}

function renderService(service: Diagnosis, ofAll: readonly Finding[], style: Style): string {
  return [
    oneLine(service, style),
    ...service.causes.map((cause) => renderCause(cause, style)),
    renderFindings(ownFindings(service, ofAll), style),
  ]
    .filter((block) => block !== '')
    .join('\n');
}

/** Services of which the same is said, in one line; with `-v` each in its own. */
function manyLine(group: readonly Diagnosis[], style: Style): string {
  const [first, ...others] = group;
  if (first === undefined || others.length === 0) return first ? oneLine(first, style) : '';
  const names = nameList(
    group.map(({ subject }) => subject),
    shownNames,
  );
  const line = `${style.mark(verdictMarks[first.verdict])} ${style.plain(`${count(group.length, 'Service')}: ${first.headline}: ${names}`)}`;
  return wrap(line, style.width, ' '.repeat(style.markWidth + 1));
}

function groupByHeadline(services: readonly Diagnosis[], style: Style): Diagnosis[][] {
  const groups = new Map<string, Diagnosis[]>();
  for (const service of services) {
    const key = style.isVerbose === true ? service.subject : service.headline;
    const group = groups.get(key);
    if (group) group.push(service);
    else groups.set(key, [service]);
  }
  return [...groups.values()];
}

function oneLine(service: Diagnosis, style: Style): string {
  return wrap(verdictLine(service, style), style.width, ' '.repeat(style.markWidth + 1));
}

function limited(services: readonly Diagnosis[], style: Style): readonly Diagnosis[] {
  return style.isVerbose === true ? services : services.slice(0, shownServices);
}

function leftOut(services: readonly Diagnosis[], style: Style): number {
  return services.length - limited(services, style).length;
}
