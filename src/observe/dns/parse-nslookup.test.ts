import { describe, expect, it } from 'vitest';
import { parseNslookup } from './parse-nslookup.ts';

const bind = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n';
const busybox = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n';
const a = (data: string) => ({ type: 'A', data });

describe('parseNslookup', () => {
  it.each([
    ['BIND', `${bind}Name:\tweb.shop.svc.cluster.local\nAddress: 10.96.0.7\n\n`, 'A', [a('10.96.0.7')]],
    [
      'busybox',
      `${busybox}\nName:\tweb.shop.svc.cluster.local\nAddress: 10.96.0.7\n\n`,
      'A',
      [a('10.96.0.7')],
    ],
    [
      'busybox before 1.29',
      'Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns\n\nName:      web.shop\nAddress 1: 10.96.0.7 web.shop.svc.cluster.local\n',
      'A',
      [a('10.96.0.7')],
    ],
    [
      'an alias',
      `${bind}db.shop.svc.cluster.local\tcanonical name = DB.example.net.\nName:\tdb.example.net\nAddress: 192.0.2.9\n`,
      'A',
      [a('192.0.2.9'), { type: 'CNAME', data: 'db.example.net' }],
    ],
    [
      'servers',
      `${bind}_http._tcp.web.shop.svc.cluster.local\tservice = 0 100 80 web.shop.svc.cluster.local.\n`,
      'SRV',
      [{ type: 'SRV', data: '80 web.shop.svc.cluster.local' }],
    ],
    [
      'a pointer',
      `${bind}7.0.96.10.in-addr.arpa\tname = web.shop.svc.cluster.local.\n`,
      'PTR',
      [{ type: 'PTR', data: 'web.shop.svc.cluster.local' }],
    ],
    ['no record', `${bind}*** Can't find web.shop.svc.cluster.local: No answer\n`, 'AAAA', []],
  ])('%s', (_, text, type, records) => {
    expect(parseNslookup(text, type)).toEqual({ outcome: 'answered', rcode: 'NOERROR', records });
  });

  it.each([
    [`${bind}** server can't find x.shop: NXDOMAIN\n`, { outcome: 'answered', rcode: 'NXDOMAIN' }],
    [`${bind}** server can't find x.shop: SERVFAIL\n`, { outcome: 'answered', rcode: 'SERVFAIL' }],
    [';; connection timed out; no servers could be reached\n', { outcome: 'timeout' }],
    [';; communications error to 10.96.0.10#53: connection refused\n', { outcome: 'refused' }],
    ['', { outcome: 'failed' }],
  ])('%j', (text, expected) => {
    expect(parseNslookup(text, 'A')).toMatchObject(expected);
  });
});
