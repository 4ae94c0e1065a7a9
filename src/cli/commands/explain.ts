import { explainChecks } from '../../investigate.ts';
import { nearestName } from '../../model/nearest-name.ts';
import { UserError } from '../../model/user-error.ts';
import { renderExplainJson } from '../../report/json/render-json.ts';
import { renderCheckList, renderCheckPage } from '../../report/text/render-explain-text.ts';
import { readCheckPage } from '../check-page.ts';
import type { Host } from '../host.ts';
import type { ExplainOptions } from '../options.ts';
import { styleOf } from '../style-of.ts';

/** `plumb explain`: the page of one check, the list of all, or a role that unlocks more. Returns the exit code. */
export async function explain(host: Host, id: string | undefined, options: ExplainOptions): Promise<number> {
  if (options.unlock !== undefined) {
    const { roleFor } = await import('../roles.ts');
    host.stdout.write(roleFor(options.unlock));
    return 0;
  }
  const all = explainChecks();
  const chosen = id === undefined ? all : all.filter((check) => check.id === id);
  if (id !== undefined && chosen.length === 0) {
    const ids = all.map((check) => check.id);
    const near = nearestName(id, ids) ?? ids.find((candidate) => candidate.endsWith(`/${id}`));
    throw new UserError(
      `there is no check "${id}"`,
      near === undefined ? `${host.name} explain lists all` : `did you mean ${near}?`,
    );
  }
  const checks = await Promise.all(
    chosen.map(async (check) => ({ ...check, page: await readCheckPage(check.id) })),
  );
  const style = styleOf(host, options);
  const [only] = checks;
  if (options.output === 'json') host.stdout.write(renderExplainJson(checks));
  else if (options.output === 'line')
    host.stdout.write(
      checks.map((check) => `${check.id} ${check.faults.join(',')} ${check.asserts}\n`).join(''),
    );
  else
    host.stdout.write(
      id === undefined || only === undefined ? renderCheckList(checks, style) : renderCheckPage(only, style),
    );
  return 0;
}
