import fc from '../../src/model/random-fixture.ts';
import { expect, test } from 'vitest';
import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';
import { parseIpvsadm } from '../../src/dataplane/ipvs/parse-ipvsadm.ts';
import type { Network } from '../../src/dataplane/node-state.ts';
import { formatIp, parseIp } from '../../src/model/address.ts';
import { judgedNetwork, outcomesOf } from '../kernel-judge/judge.ts';
import {
  ipvsNodes,
  ipvsPackets,
  printIpvsRules,
  printServers,
  type RandomIpvs,
  VIRTUAL,
} from './random-ipvs.ts';
import { referenceIpvs } from './reference-ipvs.ts';

// Pairs are RULESETS × PACKETS; REFERENCE_RULESETS and REFERENCE_PACKETS ask for more.
const RULESETS = Number(process.env['REFERENCE_RULESETS'] ?? 300);
const PACKETS = Number(process.env['REFERENCE_PACKETS'] ?? 10);

function networkOf(node: RandomIpvs): Network {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  const rules = parseIptables({ path: 'rules', bytes: bytesOf(printIpvsRules(node)) });
  const servers = parseIpvsadm({ path: 'ipvs', bytes: bytesOf(printServers(node)) });
  expect([...rules.issues, ...servers.issues]).toEqual([]);
  const network = judgedNetwork(rules.tables);
  const judged = network.nodes.get('judged');
  if (judged === undefined) throw new Error('no node');
  const dummy = {
    index: 9,
    name: 'kube-ipvs0',
    isUp: false,
    isLoopback: false,
    isPromiscuous: false,
    addresses: VIRTUAL.map((text) => ({ address: parseIp(text) ?? 0, prefix: 32, scope: 'global' })),
  };
  const sysctls = new Map([...(judged.sysctls ?? []), ['net.ipv4.vs.conntrack', node.isTracked ? '1' : '0']]);
  const state = { ...judged, ipvs: servers.items, links: [...(judged.links ?? []), dummy], sysctls };
  return { ...network, nodes: new Map([['judged', state]]) };
}

// With unknown choices, equal ends are one in either.
function merged(ends: readonly (readonly [key: string, min: number, max: number])[]): Map<string, string> {
  const sums = new Map<string, [number, number]>();
  for (const [key, min, max] of ends) {
    const before = sums.get(key) ?? [0, 0];
    sums.set(key, [before[0] + min, Math.max(before[1], 0) + max]);
  }
  return new Map(
    [...sums]
      .map(([key, [min, max]]): [string, string] => [
        key,
        `${min.toFixed(9)} to ${Math.min(max, 1).toFixed(9)}`,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

test('ipvs: the walk goes the ways that the manual pages tell', { timeout: 36_000_000 }, () => {
  fc.assert(
    fc.property(
      ipvsNodes,
      fc.array(ipvsPackets, { minLength: PACKETS, maxLength: PACKETS }),
      (node, sent) => {
        const network = networkOf(node);
        for (const packet of sent) {
          const found = merged(
            outcomesOf({ network }, packet, 20_000).map(
              ({ result, destination: { address, port }, sourceNat, probability: [min, max] }) => {
                const nat = typeof sourceNat === 'string' ? sourceNat : formatIp(sourceNat.address);
                return [`${result} ${formatIp(address)}:${port ?? ''} ${nat}`, min, max] as const;
              },
            ),
          );
          const told = merged(
            referenceIpvs(node, packet).map(
              ({ result, destination, port, sourceNat, share: [min, max] }) =>
                [`${result} ${destination}:${port} ${sourceNat}`, min, max] as const,
            ),
          );
          expect(Object.fromEntries(found)).toEqual(Object.fromEntries(told));
        }
      },
    ),
    { numRuns: RULESETS },
  );
});
