import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { unpackRecording } from '../lab/evidence/pack.ts';
import { auditCluster, investigateService } from '../src/investigate.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';
import type { Snapshot } from '../src/snapshot/snapshot.ts';

// Clusters of IPv6 alone: nodes, pods and Services have no address of IPv4.

async function recorded(name: string): Promise<Snapshot> {
  const file = fileURLToPath(new URL(`ipv6/${name}.tgz`, import.meta.url));
  return readBundle([await unpackRecording(file, mkdtempSync(`${tmpdir()}/ipv6-`))]);
}

it('serve all', async () => {
  const { services } = auditCluster(await recorded('nftables-ipv6-healthy'), {});
  const told = services.flatMap(({ findings }) => findings.filter(({ severity }) => severity !== 'info'));
  expect(told).toEqual([]);
  expect(services.filter(({ verdict }) => verdict === 'healthy')).toHaveLength(9);
});

it('serve ninety more Services of every kind, but for twelve without pods and eight of node-b alone', async () => {
  const { services } = auditCluster(await recorded('iptables-ipv6-healthy-hundred'), {});
  const told = services.flatMap(({ findings }) => findings.filter(({ severity }) => severity !== 'info'));
  const times = (check: string): number => told.filter((each) => each.check === check).length;
  expect([times('service/selector-matches'), times('service/traffic-policy'), told.length]).toEqual([
    12, 8, 20,
  ]);
  expect(services.filter(({ verdict }) => verdict === 'healthy')).toHaveLength(79);
});

it.each([
  ['nftables-ipv6-r01-vip-entry-gone', 'web', 'rules/frontend-missing', 'node-c'],
  ['iptables-ipv6-n16-routing-rule-wrong', 'solo', 'node/route-missing', 'node-a'],
  ['iptables-ipv6-r03-former-backend-stale', 'web', 'rules/endpoint-stale', 'node-c'],
])('%s is told first', async (name, service, check, node) => {
  const { verdict, causes } = investigateService(await recorded(name), { namespace: 'shop', name: service });
  expect([verdict, causes[0]?.check, causes[0]?.nodes]).toEqual(['degraded', check, [node]]);
});
