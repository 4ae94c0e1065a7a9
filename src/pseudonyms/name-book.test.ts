import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameBook } from './name-book.ts';

describe('nameBook', () => {
  it('replaces the longest name that stands alone', () => {
    const { of, replaceIn } = nameBook('s', ['web', 'web-1', 'web.shop', 'shop', 'registry.test:5000']);
    expect(replaceIn('web web-1,web-2 web.shop.svc (shop) xweb registry.test:5000/web')).toBe(
      `${of('web')} ${of('web-1')},web-2 ${of('web.shop')}.svc (${of('shop')}) xweb ${of('registry.test:5000')}/${of('web')}`,
    );
  });

  it('leaves words alone that say nothing', () => {
    const { replaceIn } = nameBook('s', ['nat', 'kube-system', 'w', '10.0']);
    expect(replaceIn('nat kube-system w 10.0')).toBe('nat kube-system w 10.0');
  });

  it('finds what one expression of all names, the longest first, finds', () => {
    const part = fc.constantFrom('a', 'b-', '_c', 'web', '.', ':', '/', '(');
    const words = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 8 }), fc.array(part), (names, parts) => {
        const {
          names: kept,
          of,
          replaceIn,
        } = nameBook(
          's',
          names.filter((name) => /\w/.test(name)),
        );
        fc.pre(kept.length > 0);
        const all = kept.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
        const pattern = new RegExp(`(?<![A-Za-z0-9_-])(?:${all})(?![A-Za-z0-9_-])`, 'g');
        expect(replaceIn(parts.join(''))).toBe(parts.join('').replace(pattern, of));
      }),
      { numRuns: 2000 },
    );
  });
});
