import type { DnsRecord, ExpectedAnswer } from './answer.ts';

/** What a server gave for one question. */
export interface GivenAnswer {
  readonly outcome: string;
  readonly rcode?: string;
  readonly records?: readonly { readonly type: string; readonly data: string }[];
}

/**
 * What is wrong with an answer, in words; undefined where it is as promised. No answer at all is wrong, too. Of names that the
 * upstream decides only a failing server is wrong. A name without records may be NOERROR or NXDOMAIN: servers differ there.
 */
export function compareAnswer(expected: ExpectedAnswer, given: GivenAnswer): string | undefined {
  if (given.outcome !== 'answered') return noAnswer[given.outcome] ?? 'gave no answer';
  const { rcode = 'NOERROR', records = [] } = given;
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return `answered ${rcode}`;
  if (expected.by === 'upstream') return undefined;
  if (expected.records.length === 0)
    return records.length === 0 ? undefined : `answered ${textOf(records)}, although ${expected.because}`;
  if (rcode === 'NXDOMAIN') return 'answered NXDOMAIN';
  const wanted = new Set(expected.records.map(keyOf));
  // Behind a CNAME that leads out of the cluster stand records that only its own servers know.
  const isAlias = expected.records.some(({ type }) => type === 'CNAME');
  const had = new Set(records.map(keyOf));
  const missing = expected.records.filter((record) => !had.has(keyOf(record)));
  const extra = isAlias ? [] : records.filter((record) => !wanted.has(keyOf(record)));
  if (missing.length === 0 && extra.length === 0) return undefined;
  if (records.length === 0) return `answered without a record instead of ${textOf(missing)}`;
  return [
    missing.length === 0 ? [] : `left out ${textOf(missing)}`,
    extra.length === 0 ? [] : `answered ${textOf(extra)}, which is not promised`,
  ]
    .flat()
    .join(' and ');
}

const noAnswer: Readonly<Record<string, string>> = {
  timeout: 'did not answer in time',
  refused: 'refused the connection',
  unreachable: 'could not be reached',
};

function keyOf({ type, data }: { readonly type: string; readonly data: string }): string {
  return `${type} ${data}`;
}

function textOf(records: readonly (DnsRecord | { readonly data: string })[]): string {
  const shown = records.slice(0, 3).map(({ data }) => data);
  return `${shown.join(', ')}${records.length > shown.length ? ` and ${records.length - shown.length} more` : ''}`;
}
