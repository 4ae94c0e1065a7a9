import { expect, it } from 'vitest';
import type { Problem } from '../checks/check.ts';
import { worldOf } from '../checks/prove-check-fixture.ts';
import { checklistOf } from './checklist.ts';

const check = (id: string) => ({ id, asserts: '', faults: [], needs: [], run: () => [] });
const problem = (summary: string): Problem => ({
  severity: 'error',
  subject: 'Service shop/web',
  summary,
  evidence: [],
});

it('shows what stands for itself before what another problem brings with it, and says of the latter what brings it', () => {
  const brought = problem('node-a still sends to 10.244.1.9:8080');
  const own = problem('node-a has no entry');
  const input = (problems: readonly Problem[]) => ({
    world: worldOf({}),
    subject: { namespace: 'shop', name: 'web' },
    verifications: [],
    results: [{ check: check('rules/endpoint-stale'), status: 'problem' as const, problems }],
    reverify: () => [],
  });
  const follows = new Map([[brought, 'service/claimed-once']]);
  const textOf = (...problems: readonly Problem[]) =>
    checklistOf(input(problems), follows).flatMap(({ area, text }) => (area === 'Rules' ? [text] : []));
  expect(textOf(brought, own)).toEqual(['node-a has no entry']);
  expect(textOf(brought)).toEqual([
    'node-a still sends to 10.244.1.9:8080 (follows from service/claimed-once)',
  ]);
});
