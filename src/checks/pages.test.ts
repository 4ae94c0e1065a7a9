import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checks } from './all-checks.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sections = [
  'What it means',
  'How it is seen',
  'Usual causes',
  'How to fix it',
  'When it is wrong',
  'Sources',
];

describe.each(checks.map((check) => [check.id, check] as const))('the page of %s', (id, check) => {
  const page = readFileSync(`${folder}${id}.md`, 'utf8');

  it('says of the check what the code says', () => {
    const frontMatter = /^---\n([\s\S]*?)\n---\n/.exec(page)?.[1];
    expect(frontMatter).toBe(
      `id: ${id}\nfaults: [${check.faults.join(', ')}]\nneeds: [${check.needs.join(', ')}]`,
    );
  });

  it('has every section, and something in each', () => {
    const parts = page.split(/^## /m).slice(1);
    expect(parts.map((part) => part.split('\n', 1)[0])).toEqual(sections);
    for (const part of parts) expect(part.slice(part.indexOf('\n')).trim()).not.toBe('');
  });
});

describe('checks', () => {
  it('have ids of their own, each the path of its file', () => {
    const ids = checks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const pages = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.md'));
    expect(pages.map((path) => path.replace(/\.md$/, '')).sort()).toEqual([...ids].sort());
  });
});
