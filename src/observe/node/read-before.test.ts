import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { readBefore } from './read-before.ts';

const source = (node: string | undefined, name: string) => ({
  path: node === undefined ? name : `nodes/${node}/${name}`,
  kind: 'iptables-save' as const,
  bytes: new Uint8Array(),
  ...(node === undefined ? {} : { node }),
});
const capture: Snapshot = {
  format: 'plumb-snapshot',
  version: 1,
  takenAt: '2026-01-01T10:00:00Z',
  sources: [
    source(undefined, 'cluster/services.json'),
    source('a', 'iptables-save.txt'),
    source('a', 'ip-route.txt'),
    source('b', 'ip-route.txt'),
  ],
  gaps: [{ what: 'rules of b', why: 'timed out', unlock: 'ask again', node: 'b' }],
};

describe('readBefore', () => {
  it('keeps what was read of nodes that lack nothing', () => {
    const kept = readBefore(capture, new Date('2026-01-01T10:09:00Z'));
    expect([...kept].map(([node, sources]) => [node, sources.length])).toEqual([['a', 2]]);
  });

  it('holds no old rules against new endpoints', () => {
    expect(() => readBefore(capture, new Date('2026-01-01T10:11:00Z'))).toThrow('11 minutes ago');
    const { takenAt: _, ...undated } = capture;
    expect(() => readBefore(undated as Snapshot, new Date())).toThrow('does not say');
  });
});
