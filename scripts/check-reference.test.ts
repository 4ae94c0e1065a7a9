import { describe, expect, it } from 'vitest';
import { readCheckPage } from '../src/cli/check-page.ts';
import { explainChecks } from '../src/investigate.ts';

// docs/checks.md, generated: `npm run generate` writes it anew from the pages beside the checks.

async function checkReference(): Promise<string> {
  const checks = await Promise.all(
    explainChecks().map(async (check) => ({ ...check, page: await readCheckPage(check.id) })),
  );
  const rows = checks.map(
    ({ id, asserts, faults }) => `| [\`${id}\`](#${anchorOf(id)}) | ${asserts} | ${faults.join(', ')} |`,
  );
  const pages = checks.map(({ id, asserts, faults, needs, page }) =>
    [
      `## ${id}`,
      `When all is well, ${asserts}. Faults: ${faults.join(', ') || 'none'}. Needs: ${needs.join(', ') || 'nothing'}.`,
      demote(bodyOf(page)),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
  return `# Checks

Every check of \`plumb explain\`, generated from the pages beside the checks in \`src/checks/\`.

| check | true when all is well | faults |
| --- | --- | --- |
${rows.join('\n')}

${pages.join('\n\n')}
`;
}

/** The page without front matter and title. */
function bodyOf(page: string): string {
  return page
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .trim()
    .replace(/^# .*\n+/, '');
}

/** Headings one level down, as they stand below the check's own. */
function demote(markdown: string): string {
  let isCode = false;
  return markdown
    .split('\n')
    .map((line) => {
      if (line.startsWith('```')) isCode = !isCode;
      return !isCode && /^#+ /.test(line) ? `#${line}` : line;
    })
    .join('\n');
}

/** The anchor that a Markdown reader makes of the heading. */
function anchorOf(id: string): string {
  return id.replaceAll('/', '');
}

describe('docs/checks.md', () => {
  it('is current', async () => {
    await expect(await checkReference()).toMatchFileSnapshot('../docs/checks.md');
  });
});
