import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';
import { parseNftJson } from '../../src/dataplane/nftables/parse-nft-json.ts';
import { parseNftText } from '../../src/dataplane/nftables/parse-nft-text.ts';
import type { Ruleset } from '../../src/dataplane/ruleset/ruleset.ts';
import type { Outcome } from '../../src/dataplane/walk/trace.ts';
import { walk } from '../../src/dataplane/walk/walk.ts';
import { formatAddressPort, formatIp, type Ip, parseIp } from '../../src/model/address.ts';
import { parseProtocol } from '../../src/model/protocol.ts';
import type { VantageKind } from '../../src/model/vantage.ts';
import { caseNetwork, type KubeProxyConfig } from './case-node.ts';

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

// kube-proxy writes these jumps apart from its restore input. *Source:* pkg/proxy/iptables/proxier.go `iptablesJumpChains`.
const JUMPS = {
  filter: `:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
-A INPUT -j KUBE-NODEPORTS
-A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
-A FORWARD -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
-A FORWARD -j KUBE-FORWARD
-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
-A FORWARD -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
-A OUTPUT -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES
COMMIT`,
  nat: `:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
COMMIT`,
};

const here = import.meta.dirname;
const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

function readRules(path: string): Ruleset {
  const bytes = readFileSync(path);
  if (path.endsWith('.json')) return parseNftJson({ path, bytes });
  if (/nft(-list)?$/.test(path)) return parseNftText({ path, bytes });
  if (!path.endsWith('.restore')) return parseIptables({ path, bytes });
  const tables = bytes.toString().split(/^COMMIT$/m);
  const text = [tables[0], JUMPS.filter, tables[1], JUMPS.nat].join('\n');
  return parseIptables({ path, bytes: Buffer.from(text) });
}

function address(text: string): Ip {
  const found = parseIp(text);
  if (found === undefined) throw new Error(`no address: ${text}`);
  return found;
}

function outputOf(outcomes: readonly Outcome[], flow: Flow): string {
  const results = [...new Set(outcomes.map(({ result }) => result))];
  if (results.length !== 1) return results.join(' or ');
  if (results[0] === 'rejected') return 'REJECT';
  if (results[0] === 'dropped') return 'DROP';
  if (results[0] === 'unknown') return `unknown: ${outcomes[0]?.unknowns.map(({ text }) => text).join(', ') ?? ''}`;
  const ends = outcomes.map(({ destination }) =>
    destination.port === undefined
      ? formatIp(destination.address)
      : formatAddressPort(destination.address, destination.port),
  );
  const isUntouched = ends.length === 1 && ends[0] === formatAddressPort(address(flow.destIP), flow.destPort);
  return isUntouched ? '' : ends.sort().join(', ');
}

describe.each(cases)('%s', (name) => {
  const folder = `${here}/${name}`;
  const flows = JSON.parse(readFileSync(`${folder}/flows.json`, 'utf8')) as Flow[];
  const { meta } = JSON.parse(readFileSync(`${folder}/objects.json`, 'utf8')) as {
    meta: { kubeProxyConfig: KubeProxyConfig };
  };
  const files = readdirSync(folder).filter((file) => /^(rules|derived)/.test(file));

  describe.each(files)('%s', (file) => {
    const { tables, issues } = readRules(`${folder}/${file}`);
    const network = caseNetwork(meta.kubeProxyConfig, tables);

    test('is read without an issue', () => {
      expect(issues).toEqual([]);
      expect(tables.length).toBeGreaterThan(0);
    });

    test.each(flows)('$name', (flow) => {
      const source = address(flow.sourceIP);
      const { outcomes } = walk(
        network,
        { kind: flow.sourceKind, node: meta.kubeProxyConfig.nodeName, address: source },
        {
          source,
          destination: address(flow.destIP),
          destinationPort: flow.destPort,
          protocol: parseProtocol(flow.protocol) ?? 6,
        },
        { keepSource: true },
      );
      expect(outputOf(outcomes, flow)).toBe(flow.expectOutput);
      expect(outcomes.some(({ sourceNat }) => sourceNat === 'masquerade')).toBe(flow.masq);
      const shares = outcomes.map(({ probability }) => probability);
      for (const [min, max] of shares) {
        expect(min).toBe(max);
        expect(min).toBeCloseTo(1 / outcomes.length, 8);
      }
    });
  });
});
