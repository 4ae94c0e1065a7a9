import { readFileSync } from 'node:fs';
import { parseIptables } from '../src/dataplane/iptables/parse-iptables.ts';
import type { Network } from '../src/dataplane/node-state.ts';
import type { Table } from '../src/dataplane/ruleset/ruleset.ts';
import type { Outcome } from '../src/dataplane/walk/trace.ts';
import { walk } from '../src/dataplane/walk/walk.ts';
import { type Ip, parseIp } from '../src/model/address.ts';
import { PROTOCOL } from '../src/model/protocol.ts';

const NODE = 'bench';
/** POD_CIDR of the generator: 10.128.0.0/9. */
const isPod = (address: Ip): boolean => typeof address === 'number' && address >>> 23 === 0x0a800000 >>> 23;

/** The tables of the dump at `path`, as the walk takes them. */
export function readTables(path: string): readonly Table[] {
  return parseIptables({ path, bytes: readFileSync(path) }).tables;
}

/** A cluster of one node with `tables`: pods are there, everything else is outside. */
export function networkOf(tables: readonly Table[]): Network {
  const state = { name: NODE, tables, hasRules: { ip: true, ip6: false }, ipsets: new Map() };
  return {
    nodes: new Map([[NODE, state]]),
    placeOf: (address) =>
      isPod(address) ? { node: NODE, pod: 'bench/pod', isHostNetwork: false } : undefined,
    isClusterAddress: () => false,
  };
}

/** Where packets to `address`:`port` end, from a pod, from the node, and from outside. */
export function walkClasses(network: Network, address: string, port: number): Outcome[] {
  const ip = (text: string): Ip => parseIp(text) ?? 0;
  const clients = [
    ['pod', '10.128.0.250'],
    ['node', '192.168.0.1'],
    ['external', '203.0.113.9'],
  ] as const;
  return clients.flatMap(([kind, source]) => {
    const vantage = { kind, node: NODE, address: ip(source) };
    const packet = {
      source: ip(source),
      destination: ip(address),
      destinationPort: port,
      protocol: PROTOCOL.tcp,
    };
    return walk(network, vantage, packet, { reply: false }).outcomes;
  });
}
