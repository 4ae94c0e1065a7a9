import type { Rule, Table } from '../dataplane/ruleset/ruleset.ts';
import { familyOf, formatAddressPort, formatIp } from '../model/address.ts';
import type { Endpoint, Frontend } from '../model/frontend.ts';
import type { NodeRules, ProxyPlace } from './find-entry.ts';

/**
 * Where the nftables rules of one node fail to replace the source of packets to `frontend`, in the sets and chains that all Services use; with
 * `self`, of an endpoint that reaches itself. Undefined where they do not fail, and where a layout has no such set: then the chains of the Service mark.
 * *Source:* kubernetes v1.35 to v1.37 pkg/proxy/nftables/proxier.go.
 */
export function findMasquerade(
  rules: NodeRules,
  frontend: Frontend,
  self?: Endpoint,
): ProxyPlace | undefined {
  const family = familyOf(frontend.address) === 'IPv4' ? 'ip' : 'ip6';
  const table = rules.tables.find((each) => each.family === family && each.name === 'kube-proxy');
  if (table === undefined) return undefined;
  const place = placeIn(table, frontend, self);
  return place && { family, table: table.name, source: table.source, ...place };
}

type Place = Pick<ProxyPlace, 'chain' | 'rule' | 'line'>;

function placeIn(
  table: Table,
  { kind, address, protocol }: Frontend,
  self: Endpoint | undefined,
): Place | undefined {
  if (self !== undefined) {
    const key = [self.address, self.address, protocol, self.port];
    const text = formatAddressPort(self.address, self.port);
    return (
      lacking(table, 'hairpin-connections', key, `no element for ${text} to itself`) ??
      unused(table, 'hairpin-connections', 'masquerading')
    );
  }
  if (kind !== 'clusterIP' || !table.sets.has('cluster-ips')) return undefined;
  return (
    lacking(table, 'cluster-ips', [address], `no element ${formatIp(address)}`) ??
    unused(table, 'cluster-ips', 'services') ??
    unhooked(table)
  );
}

function lacking(table: Table, name: string, key: Parameters<Lookup>[0], rule: string): Place | undefined {
  const set = table.sets.get(name);
  return set === undefined || set.elements.find(key) !== undefined
    ? undefined
    : { chain: name, line: set.line, rule };
}

type Lookup = NonNullable<ReturnType<Table['sets']['get']>>['elements']['find'];

/** The chain that should look up `set` and does not. */
function unused(table: Table, set: string, chain: string): Place | undefined {
  if (!table.sets.has(set)) return undefined;
  const isUsed = rulesOf(table, chain).some(({ parts }) =>
    parts.some((part) => part.kind === 'lookup' && part.set === set && !part.not),
  );
  return isUsed
    ? undefined
    : { chain, line: table.chains.get(chain)?.line ?? 0, rule: `does not look up @${set}` };
}

/** The base chain that should lead to `masquerading` and does not. */
function unhooked(table: Table): Place | undefined {
  const chain = 'nat-postrouting';
  const leads = rulesOf(table, chain).some(({ parts }) =>
    parts.some((part) => (part.kind === 'jump' || part.kind === 'goto') && part.chain === 'masquerading'),
  );
  const line = table.chains.get(chain)?.line ?? 0;
  return leads ? undefined : { chain, line, rule: 'does not jump to masquerading' };
}

function rulesOf(table: Table, chain: string): Rule[] {
  const rules = table.chains.get(chain)?.rules;
  return rules === undefined ? [] : Array.from({ length: rules.length }, (_, index) => rules.at(index));
}
