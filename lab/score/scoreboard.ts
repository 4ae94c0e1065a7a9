import type { Row } from './judge.ts';

/** The page `docs/scoreboard.md`: totals first, then every recording, misses not hidden. */
export function renderScoreboard(rows: readonly Row[]): string {
  const share = (n: number): string =>
    `${n} of ${rows.length} (${Math.round((100 * n) / Math.max(1, rows.length))} %)`;
  const healthy = rows.filter((r) => r.expected.startsWith('healthy: nothing'));
  const falseErrors = healthy.filter((r) => !r.causeRight || r.otherErrors.length > 0).length;
  const others = rows.filter((r) => r.otherErrors.length > 0).length;
  return `# Scoreboard

What real components did, and what Plumb said about it. Each row is a recording of the lab: a real cluster in which one fault was planted and
connections were seen to fail as stated. Made by \`npm run lab -- score\`; a row that was right and is no longer fails CI.

| measure | value |
| --- | --- |
| first cause right | ${share(rows.filter((r) => r.causeRight).length)} |
| verdict right | ${share(rows.filter((r) => r.verdictRight).length)} |
| false healthy | ${rows.filter((r) => r.falseHealthy).length} |
| errors reported on a healthy cluster | ${falseErrors} of ${healthy.length} |
| recordings with errors beside the planted fault | ${others} |

*Observed* counts pairs of vantage and target. *First cause* is right if it carries an id that the fault admits and names its node; where all connections work and the verdict may be healthy, a warning with such an id will do.

| recording | observed | must be | verdict | first cause | cause | verdict | other errors |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.map((r) => renderRow(r)).join('\n')}
`;
}

function renderRow(row: Row): string {
  const cells = [
    row.name,
    row.observed,
    row.expected,
    row.verdict,
    row.firstCause,
    row.causeRight ? 'right' : 'WRONG',
    row.verdictRight ? 'right' : 'WRONG',
    row.otherErrors.join(' '),
  ];
  return `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The rows of a page that `renderScoreboard` wrote: name → whether cause and verdict were right, and the row itself. */
export function readScoreboard(page: string): Map<string, { readonly right: boolean; readonly row: Row }> {
  const found = new Map<string, { right: boolean; row: Row }>();
  for (const line of page.split('\n')) {
    const cells = line.split(/(?<!\\)\|/u).map((c) => c.trim().replaceAll('\\|', '|'));
    const [
      ,
      name = '',
      observed = '',
      expected = '',
      verdict = '',
      firstCause = '',
      cause,
      verdictCell,
      others = '',
    ] = cells;
    if (cells.length !== 10 || (cause !== 'right' && cause !== 'WRONG')) continue;
    const row: Row = {
      name,
      mode: name.split('-')[0] ?? '',
      observed,
      expected,
      verdict,
      firstCause,
      causeRight: cause === 'right',
      verdictRight: verdictCell === 'right',
      otherErrors: others === '' ? [] : others.split(' '),
      falseHealthy: verdict === 'healthy' && !(expected.split(':')[0] ?? '').includes('healthy'),
    };
    found.set(name, { right: row.causeRight && row.verdictRight, row });
  }
  return found;
}
