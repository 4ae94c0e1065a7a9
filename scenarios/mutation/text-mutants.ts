/** One changed line of a node's texts. */
export interface TextMutant {
  readonly name: string;
  /** The chain, set or server that was changed. */
  readonly place: string;
  readonly lines: readonly string[];
  /** What kind of change of what kind of line it is: one of many alike may stand for them. */
  readonly kind: string;
}

/** A line in another wording, or undefined where it is gone. */
export type Rewording = readonly [name: string, changed: string | undefined];

/** Each of `lines` that `placeOf` knows, in every way that `reword` tells. */
export function mutateLines(
  lines: readonly string[],
  placeOf: (line: string, at: number) => string | undefined,
  reword: (line: string, at: number) => readonly Rewording[],
): TextMutant[] {
  return lines.flatMap((line, at) => {
    const place = placeOf(line, at);
    if (place === undefined) return [];
    return reword(line, at)
      .filter(([, changed]) => changed !== line)
      .map(([name, changed]) => ({
        name: `${name}: ${line}`,
        place,
        lines: [...lines.slice(0, at), ...(changed === undefined ? [] : [changed]), ...lines.slice(at + 1)],
        kind: `${name} ${kindOf(line)}`,
      }));
  });
}

/**
 * At most `ofKind` of each kind, spread over all of them, and of these at most `most`, always the same ones. `MUTATE=kinds` takes all of these,
 * `MUTATE=all` all mutants.
 */
export function sample<T extends { readonly kind: string }>(
  mutants: readonly T[],
  ofKind: number,
  most: number = Infinity,
): T[] {
  const wish = process.env['MUTATE'];
  if (wish === 'all') return [...mutants];
  const chosen = sampleKinds(mutants, ofKind);
  if (wish === 'kinds' || chosen.length <= most) return chosen;
  // Each number below its length comes once: the step is prime.
  return Array.from({ length: most }, (_, at) => chosen[(at * STEP) % chosen.length]).filter(
    (each) => each !== undefined,
  );
}

/** One after the other: their worlds would not all fit. */
export function* each<T, U>(mutants: readonly T[], make: (mutant: T) => U): Generator<U> {
  for (const mutant of mutants) yield make(mutant);
}

const STEP = 7919;

function sampleKinds<T extends { readonly kind: string }>(mutants: readonly T[], most: number): T[] {
  const kinds = new Map<string, T[]>();
  for (const mutant of mutants) kinds.set(mutant.kind, [...(kinds.get(mutant.kind) ?? []), mutant]);
  return [...kinds.values()].flatMap((alike) => {
    const step = Math.max(1, alike.length / most);
    return Array.from(
      { length: Math.min(most, alike.length) },
      (_, at) => alike[Math.floor(at * step)],
    ).filter((each) => each !== undefined);
  });
}

/** A line without what tells it from others of its kind: names, addresses, numbers. */
function kindOf(line: string): string {
  return line
    .replace(/-[A-Z0-9]{16}\b/g, '-*')
    .replace(/[a-z0-9-]+\/[a-z0-9-]+(:[a-z0-9-]+)?/g, '*')
    .replace(/\d+(\.\d+)*/g, '#');
}

/** `text` with the number that `pattern` finds last in it changed. */
export function renumber(text: string, pattern: RegExp, change: (number: number) => number): string {
  return text.replace(pattern, (_, before: string, number: string) => `${before}${change(Number(number))}`);
}
