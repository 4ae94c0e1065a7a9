import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faults } from './index.ts';

const verdicts = ['healthy', 'degraded', 'broken', 'unknown'];

describe('the faults', () => {
  it('are all listed, once', () => {
    const files = readdirSync(import.meta.dirname).filter((f) => /^([a-z]\d\d-|healthy)/u.test(f));
    expect(faults.map((f) => `${f.name}.ts`).sort()).toEqual(files.sort());
  });

  it.each(faults.map((f) => [f.name, f] as const))(
    '%s is called by its first id and stated in full',
    (name, fault) => {
      const [id] = fault.causes;
      expect(id === undefined ? name.startsWith('healthy') : name.startsWith(`${id.toLowerCase()}-`)).toBe(
        true,
      );
      expect(fault.verdicts.every((v) => verdicts.includes(v))).toBe(true);
      expect(fault.shows.length).toBeGreaterThan(0);
      expect(fault.text).toMatch(/\.$/u);
      expect(id === undefined || !fault.verdicts.includes('healthy') || fault.verdicts.length > 1).toBe(true);
    },
  );

  it('are at least sixty, of at least fifty ids', () => {
    expect(faults.length).toBeGreaterThanOrEqual(60);
    expect(new Set(faults.map((f) => f.causes[0])).size).toBeGreaterThanOrEqual(50);
  });
});
