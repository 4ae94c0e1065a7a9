import type { Gap, ParseIssue } from '../../model/evidence.ts';

/** What a parser did not understand, as something that was not seen. */
export function gapOfIssue({ source, line, problem }: ParseIssue): Gap {
  return {
    what: `${source}${line === undefined ? '' : ` line ${line}`}`,
    why: problem,
    unlock: 'read it again with the tool that wrote it',
  };
}

/** `gaps` without those that say the same again. */
export function eachOnce(gaps: readonly Gap[]): Gap[] {
  if (gaps.length < 2) return [...gaps];
  const seen = new Map<string, Gap>();
  for (const gap of gaps) seen.set(`${gap.what} ${gap.why} ${gap.node ?? ''}`, gap);
  return [...seen.values()];
}
