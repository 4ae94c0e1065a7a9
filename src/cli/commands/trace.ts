import { tracePacket } from '../../investigate.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { renderTraceJson } from '../../report/json/render-json.ts';
import { renderTraceLines } from '../../report/line/render-line.ts';
import { renderTraceText } from '../../report/text/render-trace-text.ts';
import type { Host } from '../host.ts';
import { parseDestination, parseSource } from '../parse-packet-ends.ts';
import type { TraceOptions } from '../options.ts';
import { readEvidence } from '../read-evidence.ts';
import { styleOf } from '../style-of.ts';

/** `plumb trace`: where one packet ends, and which rules decide. Returns the exit code. */
export async function trace(host: Host, options: TraceOptions): Promise<number> {
  const namespace = options.namespace ?? 'default';
  const question = {
    ...parseSource(options.src, namespace),
    ...parseDestination(options.dst, namespace),
    ...(options.node === undefined ? {} : { node: options.node }),
  };
  const answer = tracePacket(await readEvidence(host, options), question);
  if (options.output === 'json') host.stdout.write(renderTraceJson(answer));
  else if (options.output === 'line') host.stdout.write(renderTraceLines(answer));
  else host.stdout.write(renderTraceText(answer, styleOf(host, options)));
  return exitCodeOf(answer.verdict);
}
