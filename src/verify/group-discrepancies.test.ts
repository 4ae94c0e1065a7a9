import { describe, expect, it } from 'vitest';
import { groupDiscrepancies } from './group-discrepancies.ts';
import { client, differs, ip, promise, ruleAt, verified } from './verification-fixture.ts';

const fromA = promise('node-a');
const fromB = promise('node-b', { vantage: client('node-b', { kind: 'node', address: ip('192.0.2.2') }) });

describe('groupDiscrepancies', () => {
  it('joins what one node is at fault for, with every client and rule once', () => {
    const rule = ruleAt('node-c');
    const groups = groupDiscrepancies(
      [
        verified(fromA, [0, 0], differs('dropped', fromA, 'node-c', { at: rule, owner: 'ufw' })),
        verified(fromB, [0, 0], differs('dropped', fromB, 'node-c', { at: rule, owner: 'ufw' })),
      ],
      ['dropped'],
    );
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({
      node: 'node-c',
      owner: 'ufw',
      clients: ['pod on node-a', 'node-b'],
      frontends: ['10.96.0.7:80/tcp'],
      at: [rule],
    });
  });

  it('keeps nodes apart, and leaves out other kinds and what is only lag', () => {
    const groups = groupDiscrepancies(
      [
        verified(
          fromA,
          [0, 0],
          differs('endpoint-stale', fromA, 'node-a'),
          differs('endpoint-stale', fromA, 'node-b'),
          differs('endpoint-stale', fromA, 'node-c', { isLag: true }),
          differs('dropped', fromA, 'node-d'),
        ),
      ],
      ['endpoint-stale'],
    );
    expect(groups.map(({ node }) => node)).toEqual(['node-a', 'node-b']);
  });
});
