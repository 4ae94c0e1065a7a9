import { describe, expect, it } from 'vitest';
import { type Check, type Problem, defineCheck } from '../checks/check.ts';
import type { World } from '../world/world.ts';
import { consequencesOf, explainedOf } from './consequences.ts';
import type { Proven, Suspect } from './prove.ts';

/** A world that is only a set of things that are broken. */
type Broken = World & { readonly broken: readonly string[] };

const world = (...broken: string[]): Broken => ({ broken, services: [] }) as unknown as Broken;
const problem = (more: Partial<Problem> = {}): Problem => ({
  severity: 'error',
  subject: 'Service shop/web',
  summary: 'it is broken',
  evidence: [],
  ...more,
});
/** A check that finds a problem as long as `thing` is broken. */
const checkOf = (thing: string, explains?: readonly string[]): Check =>
  defineCheck({
    id: thing,
    asserts: thing,
    faults: ['X01'],
    needs: [],
    ...(explains ? { explains } : {}),
    run: ({ world: now }) => ((now as Broken).broken.includes(thing) ? [problem()] : []),
  });
const suspect = (thing: string): Suspect => ({ check: checkOf(thing), problem: problem() });
const cause: Proven = {
  check: checkOf('rules'),
  problem: problem({ repair: (now) => world(...(now as Broken).broken.filter((each) => each === 'entry')) }),
  proof: 'repaired',
  share: [1, 1],
};
const subject = { namespace: 'shop', name: 'web' };

describe('consequencesOf', () => {
  it('names what is gone once the cause is repaired, and leaves what stays', () => {
    const reply = suspect('reply');
    const entry = suspect('entry');
    const follows = consequencesOf(
      world('rules', 'reply', 'entry'),
      subject,
      [cause],
      [reply, entry],
      () => [],
    );
    expect([...follows]).toEqual([[reply.problem, 'rules']]);
  });

  it('leaves a problem that does not show in the world that repairs are tried in', () => {
    const elsewhere = suspect('elsewhere');
    expect(consequencesOf(world('rules'), subject, [cause], [elsewhere], () => []).size).toBe(0);
  });

  it('leaves everything where no cause could be repaired', () => {
    const reply = suspect('reply');
    const { repair: _repair, ...unrepaired } = cause.problem;
    const consistent: Proven = { ...cause, problem: unrepaired, proof: 'consistent' };
    expect(consequencesOf(world('rules', 'reply'), subject, [consistent], [reply], () => []).size).toBe(0);
  });
});

describe('explainedOf', () => {
  const close = (node?: string): Suspect => ({
    check: checkOf('close', ['far']),
    problem: problem(node === undefined ? {} : { node }),
  });
  const far: Suspect = { check: checkOf('far'), problem: problem({ node: 'node-a' }) };

  it('finds what another check says more closely, of the same subject and node', () => {
    expect([...explainedOf([close('node-a'), far])]).toEqual([[far.problem, 'close']]);
    expect([...explainedOf([close(), far])]).toEqual([[far.problem, 'close']]);
    expect(explainedOf([close('node-b'), far]).size).toBe(0);
  });
});
