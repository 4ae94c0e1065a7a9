import { expect, test } from 'vitest';
import { parseProtocolName } from './protocol-names.ts';

test.each([
  ['tcp', 6],
  ['SCTP', 132],
  ['ipv6-icmp', 58],
  // Number 4 by Debian and by Red Hat.
  ['ipencap', 4],
  ['ipv4', 4],
  ['ipip', 94],
  ['47', 47],
  ['gre', 47],
  ['nothing', undefined],
  ['toString', undefined],
])('%s is %s', (name, number) => {
  expect(parseProtocolName(name)).toBe(number);
});
