import { describe, expect, it } from 'vitest';
import { expandName } from './expand-name.ts';

const pod = {
  nameservers: ['10.96.0.10'],
  search: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
  ndots: 5,
};

describe('expandName', () => {
  it.each([
    // resolv.conf(5): fewer dots than ndots, so the search list comes first, and the name itself last.
    ['web', ['web.shop.svc.cluster.local', 'web.svc.cluster.local', 'web.cluster.local', 'web']],
    [
      'Web.Shop',
      ['web.shop.shop.svc.cluster.local', 'web.shop.svc.cluster.local', 'web.shop.cluster.local', 'web.shop'],
    ],
    ['web.shop.svc.cluster.local.', ['web.shop.svc.cluster.local']],
    [
      'a.b.c.d.e.f',
      [
        'a.b.c.d.e.f',
        'a.b.c.d.e.f.shop.svc.cluster.local',
        'a.b.c.d.e.f.svc.cluster.local',
        'a.b.c.d.e.f.cluster.local',
      ],
    ],
  ])('%s', (name, names) => {
    expect(expandName(name, pod)).toEqual(names);
  });

  it('tries a name with a dot first where ndots is 1', () => {
    expect(expandName('a.b', { ...pod, search: ['example.org'], ndots: 1 })).toEqual([
      'a.b',
      'a.b.example.org',
    ]);
  });
});
