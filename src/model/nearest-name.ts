/**
 * The candidate that `name` was most likely meant to be: the fewest letters typed wrong, left out, added or swapped with
 * the next, at most a third of the name; or the only one that starts with it. `undefined` where none is near; the name
 * itself is never an answer.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const most = Math.max(1, Math.floor(name.length / 3));
  let nearest: string | undefined;
  let fewest = most + 1;
  const longer: string[] = [];
  for (const candidate of candidates) {
    if (candidate === name) continue;
    if (candidate.toLowerCase().startsWith(wanted)) longer.push(candidate);
    if (Math.abs(candidate.length - name.length) > most) continue;
    const typos = typosBetween(wanted, candidate.toLowerCase());
    if (typos < fewest) {
      nearest = candidate;
      fewest = typos;
    }
  }
  return nearest ?? (longer.length === 1 && wanted !== '' ? longer[0] : undefined);
}

/** The optimal string alignment distance. */
function typosBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
