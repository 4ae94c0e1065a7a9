import type { Packet } from '../../../model/packet.ts';
import { parseIptables } from '../../iptables/parse-iptables.ts';
import { parseNftText } from '../../nftables/parse-nft-text.ts';
import type { NodeState } from '../../node-state.ts';
import type { Table } from '../../ruleset/ruleset.ts';
import type { Outcome } from '../trace.ts';
import { walk } from '../walk.ts';
import { ip, network, node, vantage } from './hand-made.ts';

const encoder = new TextEncoder();

/** The tables of `nft list ruleset`. */
export function nft(text: string): readonly Table[] {
  return parseNftText({ path: 'nft', bytes: encoder.encode(text) }).tables;
}

/** The tables of `iptables-save`. */
export function iptables(text: string): readonly Table[] {
  return parseIptables({ path: 'iptables', bytes: encoder.encode(text) }).tables;
}

/** Where a connection from pod 10.244.1.2 to 10.244.2.5:8080 ends where node 1 has `tables`; `other` changes the packet. */
export function walkTables(
  tables: readonly Table[],
  other: Partial<Packet> = {},
  more: Partial<NodeState> = {},
): readonly Outcome[] {
  const pods = { '10.244.1.2': 'shop/client', '10.244.2.5': 'shop/web', '10.244.2.6': 'shop/other' };
  const nodes = network([node(1, tables, [2], more), node(2, [], [1])], pods);
  const packet = {
    source: ip('10.244.1.2'),
    destination: ip('10.244.2.5'),
    destinationPort: 8080,
    protocol: 6,
    ...other,
  };
  return walk(nodes, vantage('pod', 1, '10.244.1.2'), packet).outcomes;
}
