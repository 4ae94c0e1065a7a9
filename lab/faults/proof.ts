import { describeObservation, failedShare, isError } from '../evidence/observe.ts';
import type { Observation } from '../evidence/probe.ts';
import type { Shown } from './fault.ts';

/** Why an observation is not what was stated; undefined where it is. */
function misses(shown: Shown, o: Observation): string | undefined {
  const share = failedShare(o);
  const errors = Object.keys(o.answers).filter((a) => isError(a));
  const named = shown.errors === undefined || errors.every((e) => shown.errors?.includes(e));
  const right = {
    fails: share === 1 && named,
    partly: share > 0 && share < 1 && named,
    works: share === 0,
    uneven: isUneven(o),
    'wrong-answer': Object.keys(o.answers).some((a) => shown.errors?.some((e) => a.startsWith(e))),
  }[shown.expect];
  const clients = Object.keys(o.clients);
  const from = shown.clients;
  const seenRight = from === undefined || (clients.length > 0 && clients.every((c) => from.test(c)));
  return right && seenRight
    ? undefined
    : `${describeObservation(o)}, from ${clients.join(' ') || 'nobody'} (stated: ${shown.expect} ${shown.errors?.join('/') ?? ''}${from === undefined ? '' : ` from ${from.source}`})`;
}

function isUneven(o: Observation): boolean {
  const counts = Object.entries(o.answers).filter(([a]) => !isError(a));
  const all = counts.reduce((sum, [, n]) => sum + n, 0);
  return counts.some(([, n]) => n > (2 * all) / 3);
}

/** The statements that the observations do not bear out. */
export function unproved(shows: readonly Shown[], observations: readonly Observation[]): string[] {
  return shows.flatMap((shown) => {
    const hit = observations.filter((o) => shown.from.test(o.from) && shown.to.test(o.to));
    if (hit.length === 0) return [`nothing observed for ${shown.from.source} -> ${shown.to.source}`];
    const wrong = hit.map((o) => misses(shown, o)).filter((m) => m !== undefined);
    return shown.any === true && wrong.length < hit.length ? [] : wrong;
  });
}
