import { expect, test } from 'vitest';
import { parseNftText } from '../nftables/parse-nft-text.ts';
import { ip, network, node, vantage } from './testing/hand-made.ts';
import { walk } from './walk.ts';

const PODS = { '10.244.1.2': 'shop/client', '10.244.1.5': 'shop/web' };

/** The results of a packet, from a pod to another or from outside to a pod, on a node with these rules. */
function results(text: string, kind: 'pod' | 'external'): string[] {
  const { tables, issues } = parseNftText({ path: 'nft', bytes: new TextEncoder().encode(text) });
  expect(issues).toEqual([]);
  const from = kind === 'pod' ? '10.244.1.2' : '192.168.90.50';
  const packet = { source: ip(from), destination: ip('10.244.1.5'), destinationPort: 80, protocol: 6 };
  const { outcomes } = walk(network([node(1, tables)], PODS), vantage(kind, 1, from), packet);
  for (const { result, unknowns } of outcomes)
    if (result === 'unknown') expect(unknowns[0]?.rule?.line).toBe(2);
  return outcomes.map(({ result, probability }) => `${result} ${probability.join('-')}`).sort();
}

const chain = (table: string, type: string, rule: string): string =>
  `table ${table} {\n\tchain c {\n\t\ttype filter hook ${type}; policy accept;\n\t\t${rule}\n\t}\n}\n`;
const either = ['delivered 0-1', 'unknown 0-1'];

test.each(['netdev n', 'inet n'])('a chain on a device, in %s, may stop what arrives', (table) => {
  const ingress = 'ingress device "eth0" priority 0';
  expect(results(chain(table, ingress, 'ip saddr 192.0.2.1 drop'), 'external')).toEqual(either);
  expect(results(chain(table, ingress, 'counter'), 'external')).toEqual(['delivered 1-1']);
});

test('a chain on bridges may stop frames of pods, and nothing else', () => {
  const rules = chain('bridge b', 'forward priority 0', 'ip saddr 192.0.2.1 drop');
  expect(results(rules, 'pod')).toEqual(either);
  expect(results(rules, 'external')).toEqual(['delivered 1-1']);
  expect(results(chain('bridge b', 'forward priority 0', 'ether type arp accept'), 'pod')).toEqual([
    'delivered 1-1',
  ]);
});
