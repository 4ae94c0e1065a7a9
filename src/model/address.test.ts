import fc from './random-fixture.ts';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { formatAddressPort, formatIp, parseIp, parseIpv4 } from './address.ts';
import { cidrContains, formatCidr, lastOf, parseCidr } from './cidr.ts';

const ipv4 = fc.ipV4();
// The other library reads `::1.2.3.4` as a mapped address, which RFC 4291 does not.
const ipv6 = fc.ipV6().filter((text) => !text.includes('.'));

describe('addresses', () => {
  it('IPv4 text and number are one', () => {
    fc.assert(
      fc.property(ipv4, (text) => {
        expect(formatIp(parseIpv4(text) ?? -1)).toBe(text);
      }),
    );
  });

  it('IPv6 reads what another library reads, and writes what that one reads back as the same (RFC 5952)', () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        const address = parseIp(text);
        const other = ipaddr.IPv6.parse(text);
        expect(typeof address).toBe('bigint');
        expect(formatIp(address ?? 0n)).toBe(other.toRFC5952String());
      }),
    );
  });

  it.each([
    ['0.0.0.0', 0],
    ['255.255.255.255', 0xffff_ffff],
    ['010.0.0.1', 0x0a00_0001],
    ['::', 0n],
    ['::ffff:10.0.0.1', 0xffff_0a00_0001n],
  ])('%s is %s', (text, value) => {
    expect(parseIp(text)).toBe(value);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1..2.3',
    ':::',
    '1::2::3',
    '12345::',
    'fe80::1%eth0',
    '[::1]',
    'a.b.c.d',
  ])('%j is no address', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  it('brackets IPv6 before a port', () => {
    expect(formatAddressPort(parseIp('10.0.0.1') ?? 0, 80)).toBe('10.0.0.1:80');
    expect(formatAddressPort(parseIp('fd00::1') ?? 0, 80)).toBe('[fd00::1]:80');
  });
});

describe('prefixes', () => {
  it('hold exactly the addresses that another library says', () => {
    fc.assert(
      fc.property(ipv4, ipv4, fc.integer({ min: 0, max: 32 }), (base, text, prefix) => {
        const cidr = parseCidr(`${base}/${prefix}`);
        const address = parseIp(text);
        if (cidr === undefined || address === undefined) throw new Error('not parsed');
        const other = ipaddr.IPv4.parse(text).match(ipaddr.IPv4.parse(base), prefix);
        expect(cidrContains(cidr, address)).toBe(other);
        expect(cidrContains(cidr, lastOf(cidr))).toBe(true);
      }),
    );
  });

  it.each([
    ['10.1.2.3/16', '10.1.0.0/16'],
    ['10.1.2.3/255.255.0.0', '10.1.0.0/16'],
    ['10.1.2.3', '10.1.2.3/32'],
    ['fd00::1/64', 'fd00::/64'],
  ])('%s is %s', (text, formatted) => {
    const cidr = parseCidr(text);
    expect(cidr && formatCidr(cidr)).toBe(formatted);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/255.0.255.0', '10.0.0/8', 'fd00::/129', '10.0.0.0/'])(
    '%j is none',
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );
});
