import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseNftText } from '../../src/dataplane/nftables/parse-nft-text.ts';
import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';
import type { Table } from '../../src/dataplane/ruleset/ruleset.ts';
import { expectFrontend } from '../../src/intent/expect-frontend.ts';
import { frontendsOf } from '../../src/intent/frontends-of.ts';
import { formatAddressPort, parseIp } from '../../src/model/address.ts';
import type { Frontend } from '../../src/model/frontend.ts';
import { parseProtocol } from '../../src/model/protocol.ts';
import type { Vantage, VantageKind } from '../../src/model/vantage.ts';
import { auditWorld } from '../../src/verify/audit-world.ts';
import { verifyFrontend } from '../../src/verify/verify-frontend.ts';
import type { World } from '../../src/world/world.ts';
import { caseWorld } from './case-world.ts';

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

/** The release whose layout a rules file has. */
function releaseOf(file: string, isNftables: boolean): string {
  return /v(1\.\d+)/.exec(file)?.[1] ?? (isNftables ? '1.34' : '1.28');
}

function readTables(path: string, isNftables: boolean): readonly Table[] {
  const source = { path, bytes: readFileSync(path) };
  return (isNftables ? parseNftText(source) : parseIptables(source)).tables;
}

function frontendOf(world: World, { destIP, destPort, protocol }: Flow): Frontend | undefined {
  return world.services
    .flatMap((service) => frontendsOf(world, service))
    .find(
      (frontend) =>
        frontend.address === parseIp(destIP) &&
        frontend.port === destPort &&
        frontend.protocol === parseProtocol(protocol),
    );
}

describe.each(cases)('%s', (name) => {
  const folder = `${here}/${name}`;
  const isNftables = name.startsWith('nftables-');
  const flows = JSON.parse(readFileSync(`${folder}/flows.json`, 'utf8')) as Flow[];
  const files = readdirSync(folder).filter((file) =>
    isNftables ? /\.nft(-list)?$/.test(file) : file.endsWith('-save'),
  );

  describe.each(files)('%s', (file) => {
    const tables = readTables(`${folder}/${file}`, isNftables);
    const world = caseWorld(folder, tables, releaseOf(file, isNftables));
    const [node = ''] = world.kubeProxies.keys();
    const clientOf = ({ sourceKind, sourceIP }: Flow): Vantage => ({
      kind: sourceKind,
      node,
      address: parseIp(sourceIP) ?? 0,
    });
    // A packet to what is no frontend is nobody's promise; neither is one whose source the node forges.
    const served = flows.filter(
      (flow) => frontendOf(world, flow) && flow.sourceKind !== 'node' && flow.sourceIP !== flow.destIP,
    );

    test.each(served)('promises what upstream expects: $name', (flow) => {
      const frontend = frontendOf(world, flow) as Frontend;
      const { outcome, endpoints, sourceNat } = expectFrontend(world, frontend, clientOf(flow));
      const told =
        outcome === 'endpoints'
          ? endpoints.map(({ address, port }) => formatAddressPort(address, port)).join(', ')
          : { refuse: 'REJECT', drop: 'DROP', 'not-served': '' }[outcome];
      expect(told).toBe(flow.expectOutput);
      const mayReplace = sourceNat.some((each) => each !== 'keep');
      const mayKeep = sourceNat.length === 0 || sourceNat.some((each) => each !== 'masquerade');
      expect(flow.masq ? mayReplace : mayKeep).toBe(true);
    });

    test.each(served)('is kept: $name', (flow) => {
      const { discrepancies } = verifyFrontend(world, frontendOf(world, flow) as Frontend, clientOf(flow));
      expect(discrepancies.map(({ kind, summary }) => `${kind}: ${summary}`)).toEqual([]);
    });

    test('keeps every promise to every client', () => {
      const verifications = [...auditWorld(world)].flatMap((audited) => audited.verifications);
      expect(verifications.length).toBeGreaterThan(1);
      const told = verifications.flatMap(({ discrepancies }) =>
        discrepancies.map(({ kind, summary, expectation }) => `${expectation.vantage.kind} ${kind}: ${summary}`),
      );
      expect(told).toEqual([]);
    });
  });
});
