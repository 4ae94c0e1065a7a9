import { describe, expect, it } from 'vitest';
import type { Cause, Diagnosis } from './diagnosis.ts';
import { withDns, withTarget } from './with-dns.ts';

const cause = (check: string, ...nodes: string[]): Cause => ({
  check,
  faults: ['R01'],
  subject: 'Service x',
  nodes,
  proof: 'repaired',
  share: [1, 1],
  summary: check,
  evidence: [],
  remedy: { text: '', commands: [] },
});

const diagnosis = (verdict: Diagnosis['verdict'], ...causes: Cause[]): Diagnosis => ({
  verdict,
  subject: 'shop/web',
  headline: verdict,
  causes,
  findings: [],
  notChecked: [],
  paths: [],
  checklist: [{ area: 'DNS', status: 'ok', text: '' }],
  counts: { packets: 0, nodes: 0, endpoints: 0, checksPassed: 0, checksFailed: 0, checksUnknown: 0 },
});

describe('withDns', () => {
  it('leaves the answer alone where DNS is healthy', () => {
    const own = diagnosis('healthy');
    expect(withDns(own, diagnosis('healthy'))).toBe(own);
  });

  it('is as bad as DNS is, with its cause', () => {
    const both = withDns(diagnosis('healthy'), diagnosis('broken', cause('endpoints/none-ready')));
    expect(both.verdict).toBe('broken');
    expect(both.causes[0]?.summary).toMatch(/^names do not resolve/);
    expect(both.checklist[0]?.status).toBe('problem');
  });

  it('does not tell twice what already explains the Service', () => {
    const flushed = cause('rules/frontend-missing', 'node-c');
    const both = withDns(diagnosis('degraded', flushed), diagnosis('broken', flushed));
    expect([both.verdict, both.causes.length]).toEqual(['degraded', 1]);
  });

  it('is unknown where the Service is healthy and DNS was not seen', () => {
    expect(withDns(diagnosis('healthy'), diagnosis('unknown')).verdict).toBe('unknown');
    expect(withDns(diagnosis('broken', cause('a/b')), diagnosis('unknown')).verdict).toBe('broken');
  });
});

describe('withTarget', () => {
  it('is as bad as the Service that the name leads to, with its cause', () => {
    const both = withTarget(diagnosis('healthy'), diagnosis('broken', cause('service/selector-matches')));
    expect([both.verdict, both.headline]).toEqual(['broken', 'its name leads to shop/web: broken']);
    expect(both.causes[0]?.summary).toBe('its name leads to shop/web: service/selector-matches');
  });
});
