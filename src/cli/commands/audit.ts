import { parseLabelQuery } from '../../model/label-query.ts';
import { UserError } from '../../model/user-error.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { renderAuditJson } from '../../report/json/render-json.ts';
import { renderAuditLines } from '../../report/line/render-line.ts';
import { renderAuditShort } from '../../report/short/render-short.ts';
import { renderAuditText } from '../../report/text/render-audit-text.ts';
import { auditInParts } from '../audit-in-parts.ts';
import type { Host } from '../host.ts';
import type { AuditOptions } from '../options.ts';
import { readEvidence } from '../read-evidence.ts';
import { styleOf } from '../style-of.ts';

/** `plumb audit`: every Service, from every node and vantage. Returns the exit code. */
export async function audit(host: Host, options: AuditOptions): Promise<number> {
  const { namespace, allNamespaces, selector } = options;
  if (allNamespaces === true && namespace !== undefined)
    throw new UserError('-A and -n exclude each other', 'leave one of them out');
  const query = selector === undefined ? undefined : parseLabelQuery(selector);
  if (selector !== undefined && query === undefined)
    throw new UserError(
      `-l "${selector}" is no label selector`,
      'say a=b, a!=b, a in (b,c), a or !a, with commas between',
    );
  const subject = namespace === undefined ? {} : { namespace };
  const question = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(query === undefined || selector === undefined ? {} : { labels: { query, text: selector } }),
  };
  const answer = await auditInParts(await readEvidence(host, options, subject), question, options.threads);
  const style = styleOf(host, options);
  if (options.output === 'json') host.stdout.write(renderAuditJson(answer));
  else if (options.output === 'line') host.stdout.write(renderAuditLines(answer.services, answer.notChecked));
  else host.stdout.write((options.short === true ? renderAuditShort : renderAuditText)(answer, style));
  return exitCodeOf(answer.verdict);
}
