import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rewriteProxyRules } from '../../src/checks/rewrite-proxy-rules.ts';
import { walk } from '../../src/dataplane/walk/walk.ts';
import { formatAddressPort, parseIp } from '../../src/model/address.ts';
import { parseProtocol } from '../../src/model/protocol.ts';
import type { VantageKind } from '../../src/model/vantage.ts';
import { caseWorld } from './case-world.ts';

// The rules that we write for upstream's objects carry upstream's flows: a repair in the model is what kube-proxy would do.

interface Flow {
  readonly name: string;
  readonly sourceIP: string;
  readonly sourceKind: VantageKind;
  readonly destIP: string;
  readonly destPort: number;
  readonly protocol: string;
  readonly expectOutput: string;
  readonly masq: boolean;
}

const here = import.meta.dirname;
const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(cases)('%s', (name) => {
  const folder = `${here}/${name}`;
  const flows = JSON.parse(readFileSync(`${folder}/flows.json`, 'utf8')) as Flow[];
  const empty = caseWorld(folder, [], name.startsWith('nftables-') ? '1.37' : '1.28');
  const [node = ''] = empty.kubeProxies.keys();
  // Upstream's cluster, as its test files begin by saying.
  const range = { kind: 'ServiceCIDR', metadata: { name: 'kubernetes', namespace: '' }, spec: { cidrs: ['172.30.0.0/16'] } };
  const world = rewriteProxyRules({ ...empty, serviceCidrs: [range] }, [node]);

  test('writes tables that are read without an issue', () => {
    expect(world.nodeStates.get(node)?.tables.length).toBeGreaterThan(0);
  });

  test.each(flows)('$name', (flow) => {
    const source = parseIp(flow.sourceIP) ?? 0;
    const { outcomes } = walk(
      world.network,
      { kind: flow.sourceKind, node, address: source },
      {
        source,
        destination: parseIp(flow.destIP) ?? 0,
        destinationPort: flow.destPort,
        protocol: parseProtocol(flow.protocol) ?? 6,
      },
      { keepSource: true },
    );
    const results = [...new Set(outcomes.map(({ result }) => result))];
    const ends = outcomes.map(({ destination }) => formatAddressPort(destination.address, destination.port ?? 0)).sort();
    const isUntouched = ends.length === 1 && ends[0] === formatAddressPort(parseIp(flow.destIP) ?? 0, flow.destPort);
    const told = results[0] === 'rejected' ? 'REJECT' : results[0] === 'dropped' ? 'DROP' : isUntouched ? '' : ends.join(', ');
    expect(told).toBe(flow.expectOutput);
    expect(outcomes.some(({ sourceNat }) => sourceNat === 'masquerade')).toBe(flow.masq);
  });
});
