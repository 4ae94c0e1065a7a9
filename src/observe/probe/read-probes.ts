import type { HttpObservation, ProbeResult } from '../../model/observation.ts';
import type { ProbeTarget } from './probe-script.ts';

/** What was tried at one target. */
export interface ProbedTarget {
  readonly target: ProbeTarget;
  readonly results: Partial<Record<ProbeResult, number>>;
  /** What the tool said where it failed for a reason that says nothing of the target. */
  readonly error?: string;
  /** Where it was asked by HTTP. */
  readonly http?: HttpObservation;
}

/** Reads what `probeScript` printed. Targets of which no try said anything are left out. */
export function readProbes(text: string, targets: readonly ProbeTarget[], marker: string): ProbedTarget[] {
  const lines = text.split('\n').flatMap((line) => {
    const match = new RegExp(`^${marker} (\\d+) (\\d+|http) ?(.*)$`).exec(line);
    return match
      ? [{ index: Number(match[1]), tool: match[2] ?? '', code: Number(match[2]), said: match[3] ?? '' }]
      : [];
  });
  return targets.flatMap((target, index) => {
    const all = lines.filter((line) => line.index === index && line.said !== 'no-tool');
    const own = all.filter(({ tool }) => tool !== 'http');
    const http = httpOf(all.filter(({ tool }) => tool === 'http').map(({ said }) => said));
    if (own.length === 0) return [];
    const results: Partial<Record<ProbeResult, number>> = {};
    for (const { code, said } of own) {
      const result = resultOf(code, said);
      results[result] = (results[result] ?? 0) + 1;
    }
    const failed = own.find(({ code, said }) => resultOf(code, said) === 'failed');
    return [
      {
        target,
        results,
        ...(failed ? { error: failed.said.slice(0, 200) } : {}),
        ...(http ? { http } : {}),
      },
    ];
  });
}

/** Of the first lines of answers; an answer that is not HTTP, and curl's 000, are none. */
function httpOf(lines: readonly string[]): HttpObservation | undefined {
  if (lines.length === 0) return undefined;
  const statuses = lines.flatMap((line) => {
    const [, status] = /^HTTP\/\S+ ([1-5]\d\d)/.exec(line) ?? [];
    return status === undefined ? [] : [Number(status)];
  });
  return { asked: lines.length, statuses };
}

/** What a tool says, in one word. Silent failure of `nc -z` is a timeout, as OpenBSD's has it. */
function resultOf(code: number, said: string): ProbeResult {
  if (/refused/i.test(said)) return 'refused';
  if (/no route|unreachable|host is down/i.test(said)) return 'no-route';
  if (/reset/i.test(said)) return 'reset';
  if (/timed out|timeout|in progress/i.test(said)) return 'timeout';
  // Busybox could connect, and then has no program to run.
  if (code === 0 || /can't execute/i.test(said)) return 'connected';
  return code === 1 && said === '' ? 'timeout' : 'failed';
}
