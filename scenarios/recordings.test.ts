import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plumb } from '../src/cli/run-fixture.ts';
import type { CheckDocument } from '../src/report/json/documents.ts';
import { parseExpectedAnswer } from './expected-answer.ts';

const folder = fileURLToPath(new URL('recordings/', import.meta.url));
const exitCodes: Readonly<Record<string, number>> = { healthy: 0, degraded: 1, broken: 1, unknown: 2 };

async function ask(args: readonly string[]): ReturnType<typeof plumb> {
  return await plumb(args.join(' '));
}

describe.each(readdirSync(folder))('%s', (name) => {
  const expected = parseExpectedAnswer(readFileSync(`${folder}${name}/expected.md`, 'utf8'));
  const args = expected.args.map((word) => (word === '.' ? `${folder}${name}` : word));

  it('gets the verdict and the first cause, and no other error', async () => {
    const { exitCode, stdout, stderr } = await ask([...args, '-o', 'json']);
    expect(stderr).toBe('');
    const { verdict, causes, findings, paths } = JSON.parse(stdout) as CheckDocument;
    expect(expected.verdicts).toContain(verdict);
    expect(exitCode).toBe(exitCodes[verdict]);
    expect(paths.length).toBeGreaterThan(0);
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (expected.faults.length === 0) {
      expect(causes).toEqual([]);
      expect(findings).toEqual([]);
      return;
    }
    const [first] = causes;
    expect(expected.faults).toContain(first?.faults[0]);
    if (expected.node !== undefined) expect(first?.nodes).toEqual([expected.node]);
    const known = new Set(expected.faults);
    expect(errors.filter(({ faults }) => !faults.some((fault) => known.has(fault)))).toEqual([]);
  });

  it('says the same in every output', async () => {
    const [{ exitCode }, text, line, short] = await Promise.all([
      ask([...args, '-o', 'json']),
      ask(args),
      ask([...args, '-o', 'line']),
      ask([...args, '--short']),
    ]);
    expect([text.exitCode, line.exitCode, short.exitCode]).toEqual([exitCode, exitCode, exitCode]);
    expect(text.stdout).toMatch(exitCode === 0 ? /^✓ \S+ works/ : /^✗ \S+ is (degraded|broken)/);
  });
});
