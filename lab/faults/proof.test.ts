import { describe, expect, it } from 'vitest';
import type { Observation } from '../evidence/probe.ts';
import type { Shown } from './fault.ts';
import { unproved } from './proof.ts';

const seen = (from: string, answers: Record<string, number>): Observation => {
  return { from, to: 'web', address: 'tcp/10.96.0.7:80', answers, clients: {} };
};
const shows: Shown[] = [
  { from: /node-c/u, to: /^web$/u, expect: 'fails', errors: ['timeout'] },
  { from: /node-a/u, to: /^web$/u, expect: 'works' },
];

describe('unproved', () => {
  it('is empty where connections behave as stated', () => {
    const observations = [seen('pod on node-c', { timeout: 6 }), seen('node-a', { 'web-1': 3, 'web-2': 3 })];
    expect(unproved(shows, observations)).toEqual([]);
  });

  it('names a vantage that still works, or fails otherwise', () => {
    const observations = [seen('node-c', { timeout: 5, 'web-1': 1 }), seen('node-a', { 'web-1': 6 })];
    expect(unproved(shows, observations)).toHaveLength(1);
    expect(unproved(shows, [seen('node-c', { refused: 6 }), seen('node-a', { 'web-1': 6 })])).toHaveLength(1);
  });

  it('asks from which addresses servers were asked, where that is stated', () => {
    const masked: Shown[] = [{ from: /./u, to: /^web$/u, expect: 'works', clients: /^192\.168\./u }];
    const from = (clients: Record<string, number>): Observation => ({
      ...seen('pod on node-a', { 'web-1': 6 }),
      clients,
    });
    expect(unproved(masked, [from({ '192.168.90.11': 6 })])).toEqual([]);
    expect(unproved(masked, [from({ '192.168.90.11': 5, '10.244.1.2': 1 })])).toHaveLength(1);
    expect(unproved(masked, [from({})])).toHaveLength(1);
  });

  it('does not take silence for proof', () => {
    expect(unproved(shows, [seen('node-a', { 'web-1': 6 })])[0]).toContain('nothing observed');
  });

  it('is content with one of several where asked', () => {
    const partly: Shown[] = [{ from: /node/u, to: /^web$/u, expect: 'partly', any: true }];
    const observations = [seen('node-a', { 'web-1': 6 }), seen('node-b', { 'web-1': 4, timeout: 2 })];
    expect(unproved(partly, observations)).toEqual([]);
    expect(unproved(partly, [seen('node-a', { 'web-1': 6 })])).toHaveLength(1);
  });
});
