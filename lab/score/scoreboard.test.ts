import { describe, expect, it } from 'vitest';
import type { Row } from './judge.ts';
import { readScoreboard, renderScoreboard } from './scoreboard.ts';

const row: Row = {
  name: 'nftables-r01-vip-entry-gone',
  mode: 'nftables',
  observed: '2 fail, 7 work',
  expected: 'degraded/broken: R01 R02 on node-c',
  verdict: 'degraded',
  firstCause: 'rules/entry-missing (R01) on node-c',
  verdictRight: true,
  causeRight: true,
  otherErrors: ['rules/odd', 'dns/loop'],
  falseHealthy: false,
};
const miss: Row = {
  ...row,
  name: 'iptables-x',
  mode: 'iptables',
  verdict: 'healthy',
  causeRight: false,
  verdictRight: false,
  falseHealthy: true,
};

describe('scoreboard', () => {
  it('reads back what it rendered, so that a regression can be seen', () => {
    const page = renderScoreboard([row, miss]);
    const read = readScoreboard(page);
    expect(read.get(row.name)).toEqual({ right: true, row });
    expect(read.get('iptables-x')).toEqual({ right: false, row: miss });
  });

  it('counts in its totals', () => {
    const page = renderScoreboard([row, miss]);
    expect(page).toContain('| first cause right | 1 of 2 (50 %) |');
    expect(page).toContain('| false healthy | 1 |');
  });
});
