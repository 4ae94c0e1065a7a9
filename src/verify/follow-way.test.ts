import { describe, expect, it } from 'vitest';
import type { PassedRule, Station } from '../kubeproxy/way/station.ts';
import { followWay } from './follow-way.ts';

function station(chain: string, more: Partial<Station> = {}): Station {
  return {
    at: { family: 'ip', table: 'nat', chain, rule: `${chain} leads nowhere`, source: 'dump', line: 1 },
    isPassedBy: (passed) => passed.chain === chain || passed.enters === chain,
    ...more,
  };
}

function rule(chain: string, enters?: string): PassedRule {
  return { table: 'nat', chain, rule: '', ...(enters === undefined ? {} : { enters }) };
}

const way = [station('PREROUTING'), station('KUBE-SERVICES'), station('KUBE-SVC-A')];

describe('followWay', () => {
  it('names the last station that was reached where the next was not', () => {
    const followed = followWay(way, [rule('PREROUTING', 'KUBE-SERVICES')]);
    expect(followed).toMatchObject({ at: { chain: 'KUBE-SERVICES' }, isToTheEnd: false });
  });

  it('counts a chain that was entered and has no rule for the packet', () => {
    const passed = [rule('PREROUTING', 'KUBE-SERVICES'), rule('KUBE-SERVICES', 'KUBE-SVC-A')];
    expect(followWay(way, passed)).toMatchObject({ at: { chain: 'KUBE-SVC-A' }, isToTheEnd: true });
  });

  it('does not count a station that was reached past the one before it', () => {
    const followed = followWay(way, [rule('PREROUTING', 'KUBE-SVC-A')]);
    expect(followed).toMatchObject({ at: { chain: 'PREROUTING' }, isToTheEnd: false });
  });

  it('stops at a station that nobody gets on from', () => {
    const [first = station(''), ...rest] = way;
    const followed = followWay(
      [first, station('KUBE-SERVICES', { isBroken: true }), ...rest],
      [rule('PREROUTING', 'KUBE-SERVICES'), rule('KUBE-SERVICES', 'KUBE-SVC-A')],
    );
    expect(followed).toMatchObject({ at: { chain: 'KUBE-SERVICES' }, isToTheEnd: false });
  });

  it('blames nobody where the first station was not reached', () => {
    expect(followWay(way, [])).toBeUndefined();
  });
});
