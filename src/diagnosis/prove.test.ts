import { describe, expect, it } from 'vitest';
import { defineCheck } from '../checks/check.ts';
import { differs, promise, verified } from '../verify/verification-fixture.ts';
import type { World } from '../world/world.ts';
import { type Suspect, proveSuspects } from './prove.ts';

/** A world that is only a set of things that are broken; repairs take from it. */
type Broken = World & { readonly broken: ReadonlySet<string> };

const world = (...broken: string[]): Broken => ({ broken: new Set(broken) }) as unknown as Broken;
const mend =
  (thing: string) =>
  (before: World): World =>
    world(...[...(before as Broken).broken].filter((each) => each !== thing));

const suspect = (id: string, repairs?: string): Suspect => ({
  check: defineCheck({ id, asserts: id, faults: ['X'], needs: [], run: () => [] }),
  problem: {
    severity: 'error',
    subject: 'Service shop/web',
    summary: id,
    evidence: [],
    ...(repairs ? { repair: mend(repairs) } : {}),
  },
});

/** Each of two paths works where nothing in its way is broken. */
const walkBoth = (first: string[], second: string[]) => (now: World) =>
  [first, second].map((inTheWay, index) =>
    verified(
      promise(`node-${index}`),
      inTheWay.some((thing) => (now as Broken).broken.has(thing)) ? [0, 0] : [1, 1],
    ),
  );

const prove = (start: Broken, walk: ReturnType<typeof walkBoth>, ...suspects: Suspect[]) =>
  proveSuspects(start, walk(start), suspects, walk, mend('entry')).map(({ check, proof, share }) => ({
    id: check.id,
    proof,
    share,
  }));

describe('proveSuspects', () => {
  it('keeps the suspect whose repair cures, and leaves out the one whose repair changes nothing', () => {
    const walk = walkBoth(['rule'], ['rule']);
    expect(
      prove(world('rule', 'label'), walk, suspect('a/label', 'label'), suspect('a/rule', 'rule')),
    ).toEqual([{ id: 'a/rule', proof: 'repaired', share: [1, 1] }]);
  });

  it('puts the one that cures most first', () => {
    const walk = walkBoth(['one'], ['two', 'three']);
    const found = prove(world('one'), walkBoth(['one'], ['one']), suspect('a/one', 'one'));
    expect(found[0]?.share).toEqual([1, 1]);
    expect(
      prove(world('one', 'two'), walk, suspect('a/one', 'one'), suspect('a/two', 'two')).map(({ id }) => id),
    ).toEqual(['a/one', 'a/two']);
  });

  it('tells a fault once, where two suspects have the same repair', () => {
    const walk = walkBoth(['rule'], ['rule']);
    const found = prove(world('rule'), walk, suspect('a/stale', 'rule'), suspect('a/missing', 'rule'));
    expect(found.map(({ id }) => id)).toEqual(['a/stale']);
  });

  it('does not put down to an object what kube-proxy cures by writing its rules anew for it', () => {
    const walk = walkBoth(['entry'], ['policy']);
    const both = suspect('a/policy');
    const object: Suspect = {
      ...both,
      problem: { ...both.problem, repair: (before) => mend('policy')(mend('entry')(before)) },
    };
    expect(prove(world('entry', 'policy'), walk, object, suspect('a/entry', 'entry'))).toEqual([
      { id: 'a/entry', proof: 'repaired', share: [0.5, 0.5] },
      { id: 'a/policy', proof: 'repaired', share: [0.5, 0.5] },
    ]);
  });

  it('finds suspects that cure only together', () => {
    const walk = walkBoth(['hook', 'drop'], ['hook', 'drop']);
    const found = prove(world('hook', 'drop'), walk, suspect('a/hook', 'hook'), suspect('a/drop', 'drop'));
    expect(found.map(({ id, proof }) => `${id} ${proof}`)).toEqual(['a/hook repaired', 'a/drop repaired']);
  });

  it('calls a suspect without a repair consistent while something still fails', () => {
    const walk = walkBoth(['route'], []);
    expect(prove(world('route'), walk, suspect('a/route'))).toEqual([
      { id: 'a/route', proof: 'consistent', share: [0, 0.5] },
    ]);
    expect(prove(world(), walk, suspect('a/route'))).toEqual([
      { id: 'a/route', proof: 'consistent', share: [0, 0] },
    ]);
  });

  it('proves by what goes as promised again where no connection fails', () => {
    const walk = (now: World) => {
      const own = promise('node-a');
      const isBroken = (now as Broken).broken.has('rule');
      return [verified(own, [1, 1], ...(isBroken ? [differs('endpoint-missing', own, 'node-a')] : []))];
    };
    expect(
      prove(
        world('rule'),
        walk,
        suspect('a/missing', 'rule'),
        suspect('a/masked', 'rule'),
        suspect('a/other', 'x'),
      ),
    ).toEqual([
      { id: 'a/missing', proof: 'repaired', share: [0, 0] },
      { id: 'a/other', proof: 'consistent', share: [0, 0] },
    ]);
  });

  it('leaves nothing that fails without a cause, where something was found that no repair of the model cures', () => {
    const walk = walkBoth(['rule', 'more'], ['rule', 'more']);
    expect(prove(world('rule', 'more'), walk, suspect('a/rule', 'rule'))).toEqual([
      { id: 'a/rule', proof: 'consistent', share: [0, 1] },
    ]);
  });
});
