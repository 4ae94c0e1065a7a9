import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { UserError } from '../model/user-error.ts';
import { parseDestination, parseSource } from './parse-packet-ends.ts';

describe('parseSource', () => {
  it.each([
    ['pod/shop/web-1', { kind: 'pod', namespace: 'shop', name: 'web-1' }],
    ['pod/web-1', { kind: 'pod', namespace: 'default', name: 'web-1' }],
    ['node/node-a', { kind: 'node', name: 'node-a' }],
    ['192.168.90.50', { kind: 'address', address: parseIp('192.168.90.50') }],
    ['fd00::1', { kind: 'address', address: parseIp('fd00::1') }],
    ['[fd00::1]', { kind: 'address', address: parseIp('fd00::1') }],
  ])('%s, with and without a port', (text, source) => {
    expect(parseSource(text, 'default')).toEqual({ source });
    if (text === 'fd00::1') return;
    expect(parseSource(`${text}:4000`, 'default')).toEqual({ source, sourcePort: 4000 });
  });

  it.each(['', 'web-1', '10.0.0.1:0', '10.0.0.1:http', 'pod/', 'pod/a/b/c', '300.1.1.1', 'node/a/b'])(
    '%j is refused',
    (text) => {
      expect(() => parseSource(text, '')).toThrow(UserError);
    },
  );
});

describe('parseDestination', () => {
  const v4 = parseIp('10.96.0.1');
  const v6 = parseIp('fd00::1');
  it.each([
    ['svc/shop/web:80', { destination: { kind: 'service', namespace: 'shop', name: 'web', port: 80 } }],
    ['svc/web:http', { destination: { kind: 'service', namespace: 'default', name: 'web', port: 'http' } }],
    ['svc/web', { destination: { kind: 'service', namespace: 'default', name: 'web' } }],
    [
      'svc/shop/dns:53/udp',
      { destination: { kind: 'service', namespace: 'shop', name: 'dns', port: 53 }, protocol: 17 },
    ],
    ['10.96.0.1:80', { destination: { kind: 'address', address: v4, port: 80 } }],
    ['10.96.0.1:53/udp', { destination: { kind: 'address', address: v4, port: 53 }, protocol: 17 }],
    ['[fd00::1]:80/tcp', { destination: { kind: 'address', address: v6, port: 80 }, protocol: 6 }],
    ['10.96.0.1/icmp', { destination: { kind: 'address', address: v4 }, protocol: 1 }],
  ])('%s', (text, parsed) => {
    expect(parseDestination(text, 'default')).toEqual(parsed);
  });

  it.each([
    '',
    '10.96.0.1',
    'fd00::1',
    '10.96.0.1:0',
    '10.96.0.1:70000',
    '10.96.0.1:80/xyz',
    'web:80',
    'svc/',
  ])('%j is refused', (text) => {
    expect(() => parseDestination(text, 'default')).toThrow(UserError);
  });
});
