import { expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { reverseName } from './reverse-name.ts';

// RFC 1035 3.5 and RFC 3596 2.5 have these examples.
it.each([
  ['10.2.0.52', '52.0.2.10.in-addr.arpa'],
  ['4321:0:1:2:3:4:567:89ab', 'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa'],
])('%s', (address, name) => {
  expect(reverseName(parseIp(address) ?? 0)).toBe(name);
});
