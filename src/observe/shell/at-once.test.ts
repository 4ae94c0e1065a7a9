import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { atOnce } from './at-once.ts';

const run = (scripts: readonly string[]): string =>
  execFileSync('sh', ['-c', atOnce(scripts)], { encoding: 'utf8', input: 'not for them' });

describe('atOnce', () => {
  it('prints in the order given, whatever takes longer', () => {
    expect(run(['sleep 0.2; echo one', 'echo two; exit 3', 'sleep 0.1; echo three'])).toBe(
      'one\ntwo\nthree\n',
    );
  });

  it('runs them at the same time', () => {
    const started = performance.now();
    run(Array.from({ length: 8 }, () => 'sleep 0.5'));
    expect(performance.now() - started).toBeLessThan(2500);
  });

  it('keeps more than a pipe holds, unmixed', () => {
    const lines = (letter: string): string =>
      `i=0; while [ $i -lt 3000 ]; do echo ${letter.repeat(99)}; i=$((i+1)); done`;
    expect(run([lines('a'), lines('b')])).toBe(
      `${`${'a'.repeat(99)}\n`.repeat(3000)}${`${'b'.repeat(99)}\n`.repeat(3000)}`,
    );
  });

  it('gives none of them anything to read', () => {
    expect(run(['cat', 'cat; echo end', 'cat'])).toBe('end\n');
  });
});
