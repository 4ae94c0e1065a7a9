import { expect, test } from 'vitest';
import type { ListeningSocket } from '../sockets/parse-sockets.ts';
import { ip } from './testing/hand-made.ts';
import { iptables, nft, walkTables } from './testing/walk-text.ts';

const socket = (port: number, address?: string): ListeningSocket => ({
  protocol: 6,
  families: ['IPv4'],
  port,
  source: 'ss',
  line: 1,
  ...(address === undefined ? {} : { address: ip(address) }),
});
const dropped = (options: string) =>
  iptables(`*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m socket ${options} -j DROP\nCOMMIT\n`);
const results = (tables: ReturnType<typeof nft>, destination: string, sockets?: ListeningSocket[]) => [
  ...new Set(
    walkTables(tables, { destination: ip(destination) }, sockets === undefined ? {} : { sockets }).map(
      ({ result }) => result,
    ),
  ),
];

const POD = '10.244.2.5';
const NODE = '192.168.90.11';

test.each([
  // What goes to a pod elsewhere finds no socket, also where programs listen on the same port of the node.
  ['--transparent', POD, undefined, ['delivered']],
  ['--transparent', POD, [socket(8080)], ['delivered']],
  ['--nowildcard', POD, [socket(8080)], ['delivered', 'dropped']],
  // A proxy may listen on an address that is not the node's.
  ['--transparent', POD, [socket(8080, POD)], ['delivered', 'dropped']],
  // What listens on all addresses is found only where it is asked for.
  ['--transparent', NODE, [socket(8080)], ['delivered']],
  ['--transparent --nowildcard', NODE, [socket(8080)], ['delivered', 'dropped']],
  ['--transparent --nowildcard', NODE, [socket(22)], ['delivered']],
  ['--transparent', NODE, undefined, ['delivered', 'dropped']],
])('-m socket %s of a packet to %s', (options, destination, sockets, expected) => {
  expect(results(dropped(options), destination, sockets).sort()).toEqual(expected);
});

test.each(['0', '1'])('no socket is found, so nothing is compared with %s', (value) => {
  const tables = nft(
    `table ip t {\n\tchain c {\n\t\ttype filter hook prerouting priority -150; policy accept;\n\t\tsocket transparent ${value} drop\n\t}\n}\n`,
  );
  expect(results(tables, POD, [socket(22)])).toEqual(['delivered']);
});
