import { setTimeout as wait } from 'node:timers/promises';
import type { Verdict } from '../model/finding.ts';
import type { Host } from './host.ts';

/** How long to repeat a question. */
export interface Repetition {
  /** Until the Service is healthy, or so many milliseconds are over. */
  readonly waitMs?: number;
  /** Until the user ends it. */
  readonly isWatch?: boolean;
  /** Between one answer and the next question. */
  readonly pauseMs?: number;
}

/** What of an answer is looked at. */
interface Answer {
  readonly verdict: Verdict;
  readonly causes: readonly {
    readonly check: string;
    readonly nodes: readonly string[];
    readonly summary: string;
  }[];
  readonly paths: readonly { readonly client: string; readonly frontend: string; readonly state: string }[];
}

const PAUSE_MS = 2000;

/**
 * Asks again and again; `show` is given each answer that differs from the one before. What comes back is the last answer: with `waitMs` the first
 * healthy one, or the one that stood when the time was up. An answer that the user ended on its way stands only where there is none before it.
 */
export async function repeatUntil<T extends Answer>(
  { signal }: Pick<Host, 'signal'>,
  { waitMs, isWatch = false, pauseMs = PAUSE_MS }: Repetition,
  ask: () => Promise<T>,
  show: (answer: T) => unknown,
): Promise<T> {
  const end = waitMs === undefined ? Infinity : performance.now() + waitMs;
  let shown: string | undefined;
  let before: T | undefined;
  for (;;) {
    const asked = await ask();
    const answer = (isEnded(signal) ? before : undefined) ?? asked;
    before = answer;
    const essence = essenceOf(answer);
    if (isWatch && essence !== shown) await show(answer);
    shown = essence;
    const isDone = waitMs !== undefined && answer.verdict === 'healthy';
    const isOver = performance.now() + pauseMs > end || isEnded(signal);
    if (!isDone && !isOver) await wait(pauseMs, undefined, signal ? { signal } : {}).catch(() => undefined);
    if (!isDone && !isOver && !isEnded(signal)) continue;
    if (!isWatch) await show(answer);
    return answer;
  }
}

function isEnded(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** What makes one answer another: the verdict, the causes, and which paths work. */
function essenceOf({ verdict, causes, paths }: Answer): string {
  return JSON.stringify([
    verdict,
    causes.map(({ check, nodes, summary }) => [check, nodes, summary]),
    paths.map(({ client, frontend, state }) => [client, frontend, state]),
  ]);
}
