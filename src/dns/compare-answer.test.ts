import { describe, expect, it } from 'vitest';
import type { ExpectedAnswer } from './answer.ts';
import { compareAnswer } from './compare-answer.ts';

const a = (data: string) => ({ type: 'A' as const, data });
const promised: ExpectedAnswer = {
  by: 'cluster',
  rcode: 'NOERROR',
  records: [a('10.96.0.7')],
  because: 'ClusterIP of Service shop/web',
};
const absent: ExpectedAnswer = {
  by: 'cluster',
  rcode: 'NXDOMAIN',
  records: [],
  because: 'there is no Service shop/x',
};
const upstream: ExpectedAnswer = { ...absent, by: 'upstream' };
const answered = (rcode: string, ...records: { type: string; data: string }[]) => ({
  outcome: 'answered',
  rcode,
  records,
});

describe('compareAnswer', () => {
  it.each([
    [promised, answered('NOERROR', a('10.96.0.7'))],
    [absent, answered('NXDOMAIN')],
    [absent, answered('NOERROR')],
    [upstream, answered('NXDOMAIN')],
    [upstream, answered('NOERROR', a('192.0.2.1'))],
    [
      { ...promised, records: [{ type: 'CNAME' as const, data: 'example.org' }] },
      answered('NOERROR', { type: 'CNAME', data: 'example.org' }, a('192.0.2.1')),
    ],
  ])('%# is as promised', (expected, given) => {
    expect(compareAnswer(expected, given)).toBeUndefined();
  });

  it.each([
    [promised, answered('NXDOMAIN'), 'answered NXDOMAIN'],
    [promised, answered('SERVFAIL'), 'answered SERVFAIL'],
    [upstream, answered('SERVFAIL'), 'answered SERVFAIL'],
    [promised, answered('NOERROR'), 'answered without a record instead of 10.96.0.7'],
    [
      promised,
      answered('NOERROR', a('10.96.9.9')),
      'left out 10.96.0.7 and answered 10.96.9.9, which is not promised',
    ],
    [absent, answered('NOERROR', a('192.0.2.1')), 'answered 192.0.2.1, although there is no Service shop/x'],
    [promised, { outcome: 'timeout' }, 'did not answer in time'],
    [promised, { outcome: 'refused' }, 'refused the connection'],
  ])('%# is not', (expected, given, text) => {
    expect(compareAnswer(expected, given)).toBe(text);
  });
});
