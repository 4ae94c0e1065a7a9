import { describe, expect, it } from 'vitest';
import type { Expected } from './expected.ts';
import { judge } from './judge.ts';

const stale: Expected = {
  name: 'iptables-k05-proxy-frozen',
  mode: 'iptables',
  text: '',
  words: ['svc/web', '-n', 'shop'],
  verdicts: ['degraded', 'broken'],
  causes: ['K05', 'K01'],
  nodes: ['node-b'],
  observed: '2 fail, 4 work',
};
const cause = { check: 'rules/stale', faults: ['K05'], nodes: ['node-b'] };

describe('judge', () => {
  it('calls the named cause on the named node right', () => {
    const row = judge(stale, { verdict: 'degraded', causes: [cause], findings: [] });
    expect(row).toMatchObject({ verdictRight: true, causeRight: true, falseHealthy: false, otherErrors: [] });
  });

  it('wants the node, not only the fault', () => {
    const row = judge(stale, {
      verdict: 'degraded',
      causes: [{ ...cause, nodes: ['node-a'] }],
      findings: [],
    });
    expect(row.causeRight).toBe(false);
  });

  it('looks at the first cause only', () => {
    const other = { check: 'dns/loop', faults: ['D07'] };
    expect(judge(stale, { verdict: 'degraded', causes: [other, cause], findings: [] }).causeRight).toBe(
      false,
    );
  });

  it('counts a healthy verdict on a broken cluster as false', () => {
    expect(judge(stale, { verdict: 'healthy', causes: [], findings: [] }).falseHealthy).toBe(true);
  });

  it('lists errors that the planted fault does not explain', () => {
    const findings = [
      { check: 'rules/stale', faults: ['K05'], severity: 'error' },
      { check: 'policy/ingress', faults: ['F01'], severity: 'error' },
      { check: 'dns/search', faults: ['D14'], severity: 'warning' },
    ];
    expect(judge(stale, { verdict: 'degraded', causes: [cause], findings }).otherErrors).toEqual([
      'policy/ingress',
    ]);
  });

  it('is content with a warning where all connections work and it may be healthy', () => {
    const harmless = { ...stale, nodes: [], verdicts: ['degraded', 'healthy'] };
    const findings = [{ check: 'rules/stale', faults: ['K05'], severity: 'warning' }];
    expect(judge(harmless, { verdict: 'healthy', causes: [], findings }).causeRight).toBe(true);
    expect(judge(harmless, { verdict: 'healthy', causes: [], findings: [] }).causeRight).toBe(false);
    expect(judge(harmless, { verdict: 'unknown', causes: [], findings }).causeRight).toBe(false);
    expect(judge(stale, { verdict: 'healthy', causes: [], findings }).causeRight).toBe(false);
  });

  it('wants no cause where nothing is wrong', () => {
    const healthy = { ...stale, causes: [], nodes: [], verdicts: ['healthy'] };
    expect(judge(healthy, { verdict: 'healthy', causes: [], findings: [] }).causeRight).toBe(true);
    expect(judge(healthy, { verdict: 'degraded', causes: [cause], findings: [] }).causeRight).toBe(false);
  });
});
