import { expect, test } from 'vitest';
import type { NodeState } from '../node-state.ts';
import { ip, network, node, vantage } from './testing/hand-made.ts';
import { iptables } from './testing/walk-text.ts';
import { walk } from './walk.ts';

const SERVICE = '10.96.0.7';
const PODS = { '10.244.1.2': 'shop/client', '10.244.1.3': 'shop/web', '10.244.2.5': 'shop/other' };

/** What becomes of a packet from pod 10.244.1.2 on node 1, whose FORWARD chain has `rule`, and where 10.96.0.7 is translated to `backend`. */
function results(
  rule: string,
  destination: string,
  backend = '10.244.1.3',
  more: Partial<NodeState> = {},
): string[] {
  const tables = iptables(`*filter
:FORWARD ACCEPT [0:0]
-A FORWARD ${rule} -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -d ${SERVICE}/32 -p tcp -j DNAT --to-destination ${backend}:8080
COMMIT
`);
  const nodes = network([node(1, tables, [2], more), node(2, [], [1])], PODS);
  const packet = {
    source: ip('10.244.1.2'),
    destination: ip(destination),
    destinationPort: 8080,
    protocol: 6,
  };
  const { outcomes } = walk(nodes, vantage('pod', 1, '10.244.1.2'), packet);
  return outcomes.map(({ result }) => result).sort();
}

test.each([
  ['a neighbour', '10.244.1.3', undefined, ['dropped']],
  ['a neighbour by a Service', SERVICE, undefined, ['dropped']],
  ['a pod elsewhere by a Service', SERVICE, '10.244.2.5', ['delivered']],
  ['a pod elsewhere', '10.244.2.5', undefined, ['delivered']],
])('what is bridged to %s leaves by a port', (_, destination, backend, expected) => {
  expect(results('-m physdev --physdev-is-bridged', destination, backend)).toEqual(expected);
});

test('the port has a name where the addresses behind it were read', () => {
  const port = { name: 'veth3', bridge: 'cni0', addresses: [ip('10.244.1.3')], source: 'fdb', line: 1 };
  const known = { bridgePorts: [port] };
  expect(results('-m physdev --physdev-out veth3', SERVICE, undefined, known)).toEqual(['dropped']);
  expect(results('-m physdev --physdev-out veth4', SERVICE, undefined, known)).toEqual(['delivered']);
  expect(results('-m physdev --physdev-out veth3', SERVICE)).toEqual(['delivered', 'dropped']);
});
