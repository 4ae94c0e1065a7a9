import type { investigateService } from '../investigate.ts';
import { renderCheckJson } from '../report/json/render-json.ts';
import { renderLines } from '../report/line/render-line.ts';
import { renderShort } from '../report/short/render-short.ts';
import { renderText } from '../report/text/render-text.ts';
import type { Host } from './host.ts';
import type { CheckOptions } from './options.ts';
import { styleOf } from './style-of.ts';

type Answer = ReturnType<typeof investigateService>;

/** Writes what became of a question about one Service, as the options ask. */
export function drawDiagnosis(host: Host, options: CheckOptions, answer: Answer): void {
  const style = styleOf(host, options);
  if (options.output === 'json') host.stdout.write(renderCheckJson(answer));
  else if (options.output === 'line') host.stdout.write(renderLines(answer));
  else host.stdout.write((options.short === true ? renderShort : renderText)(answer, style));
}
