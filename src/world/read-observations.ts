import type { ParseIssue } from '../model/evidence.ts';
import { type DnsObservation, type ProbeObservation, observationFormats } from '../model/observation.ts';
import { type Source, textOf } from '../snapshot/snapshot.ts';

/** An observation with the source it stands in. */
export type Sourced<T> = T & { readonly source: string };

/** What servers answered and connections gave at the moment of the snapshot. */
export interface Observations {
  readonly dnsAnswers: readonly Sourced<DnsObservation>[];
  readonly probes: readonly Sourced<ProbeObservation>[];
  readonly issues: readonly ParseIssue[];
}

/** Reads the sources in which observations were kept; a document that is not as it should be is an issue. */
export function readObservations(sources: readonly Source[]): Observations {
  const issues: ParseIssue[] = [];
  const read = <T>(
    kind: Source['kind'],
    schema: string,
    isRight: (item: Partial<T>) => boolean,
  ): Sourced<T>[] =>
    sources
      .filter((source) => source.kind === kind)
      .flatMap((source) => {
        const items = itemsOf(source, schema) as Partial<T>[] | undefined;
        const right = items?.filter((item) => typeof item === 'object' && item !== null && isRight(item));
        if (items === undefined || right?.length !== items.length)
          issues.push({ source: source.path, text: '', problem: 'is cut or no list of observations' });
        return (right ?? []).map((item) => ({ ...(item as T), source: source.path }));
      });
  return {
    dnsAnswers: read<DnsObservation>(
      'dns-answers',
      observationFormats.dns,
      ({ name, type, outcome, from, server }) =>
        [name, type, outcome, server?.address, from?.kind].every((each) => typeof each === 'string'),
    ),
    probes: read<ProbeObservation>(
      'probe-results',
      observationFormats.probes,
      ({ address, port, results, from }) =>
        typeof address === 'string' &&
        typeof port === 'number' &&
        typeof results === 'object' &&
        typeof from?.kind === 'string',
    ),
    issues,
  };
}

function itemsOf(source: Source, schema: string): unknown[] | undefined {
  try {
    const document = JSON.parse(textOf(source)) as { schema?: string; items?: unknown[] };
    return document.schema === schema && Array.isArray(document.items) ? document.items : undefined;
  } catch {
    return undefined;
  }
}
