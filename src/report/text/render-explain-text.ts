import type { ExplainedCheck } from '../../diagnosis/explained-check.ts';
import type { Style } from '../style.ts';
import { alignColumns } from './table.ts';

/** All checks, a line each: what is true when all is well, and the faults that a check can name. */
export function renderCheckList(checks: readonly ExplainedCheck[], style: Style): string {
  const rows = checks.map(({ id, asserts }) => [style.bold(id), style.plain(asserts)]);
  return `${alignColumns(rows).join('\n')}\n\n${style.dim('plumb explain CHECK prints the page of one')}\n`;
}

/** The page of one check, without its front matter. */
export function renderCheckPage({ id, asserts, faults, needs, page }: ExplainedCheck, style: Style): string {
  const body = page.replace(/^---\n[\s\S]*?\n---\n/, '').trim();
  const head = [
    style.bold(id),
    style.plain(`When all is well: ${asserts}.`),
    style.dim(`faults ${faults.join(', ') || 'none'}; needs ${needs.join(', ') || 'nothing'}`),
  ].join('\n');
  return `${head}\n${body === '' ? '' : `\n${style.plain(body)}\n`}`;
}
