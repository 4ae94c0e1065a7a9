import type { Part } from '../dataplane/ruleset/rule-parts.ts';
import type { Rule, Table } from '../dataplane/ruleset/ruleset.ts';
import { rulesOf } from '../dataplane/ruleset/rules-of.ts';
import { familyOf, formatAddressPort } from '../model/address.ts';
import type { Endpoint, Frontend } from '../model/frontend.ts';
import { protocolName } from '../model/protocol.ts';
import type { ProxyMode } from '../world/kube-proxy-state.ts';
import type { World } from '../world/world.ts';
import type { ProxyPlace, WayClient } from './way/station.ts';
import { endpointChain, nftEndpointBase, nftServiceBase, serviceHash } from './names.ts';

type NodeRules = NonNullable<ReturnType<World['nodeStates']['get']>>;

/**
 * Where the rules of one node fail to keep clients of `frontend` at `endpoint` for `seconds`; undefined where they do, and where the
 * endpoint has no rules at all, which is another matter.
 */
export function findAffinity(
  rules: NodeRules,
  mode: ProxyMode,
  { frontend, takesLocal }: Pick<WayClient, 'frontend' | 'takesLocal'>,
  endpoint: Endpoint,
  seconds: number,
): ProxyPlace | undefined {
  if (mode === 'ipvs') return ipvsAffinity(rules, frontend, seconds);
  const family = familyOf(frontend.address) === 'IPv4' ? 'ip' : 'ip6';
  const name = mode === 'nftables' ? 'kube-proxy' : 'nat';
  const tables = rules.tables.filter((table) => table.family === family && table.name === name);
  const find = mode === 'nftables' ? nftAffinity : iptablesAffinity;
  for (const table of tables) {
    const place = find(table, { frontend, takesLocal }, endpoint, seconds);
    if (place) return { family, table: name, source: table.source, ...place };
  }
  return undefined;
}

type Place = Pick<ProxyPlace, 'chain' | 'rule' | 'line'>;

function ipvsAffinity({ ipvs = [] }: NodeRules, frontend: Frontend, seconds: number): ProxyPlace | undefined {
  const server = ipvs.find(
    ({ address, port, protocol }) =>
      address === frontend.address && port === frontend.port && protocol === frontend.protocol,
  );
  if (server === undefined || server.persistentSeconds === seconds) return undefined;
  const { source, line, persistentSeconds } = server;
  const is = persistentSeconds === undefined ? 'not persistent' : `persistent for ${persistentSeconds} s`;
  const chain = formatAddressPort(frontend.address, frontend.port);
  return { family: 'ipvs', table: '', chain, source, line, rule: `${is}, not for ${seconds} s` };
}

function iptablesAffinity(
  table: Table,
  { frontend: { service, portName, protocol }, takesLocal }: Pick<WayClient, 'frontend' | 'takesLocal'>,
  endpoint: Endpoint,
  seconds: number,
): Place | undefined {
  const name = protocolName(protocol);
  const own = endpointChain(service, portName, name, endpoint.address, endpoint.port);
  const hash = serviceHash(service, portName, name);
  for (const kind of [takesLocal ? 'SVL' : 'SVC']) {
    const chain = `KUBE-${kind}-${hash}`;
    const all = rulesIn(table, chain);
    const branches = all.filter(({ parts }) => parts.some((part) => jumpsTo(part, own)));
    if (branches.length === 0) continue;
    // A listing by nft hides what `recent` asks for.
    if (branches.some(hidesMatch)) continue;
    const line = branches[0]?.line ?? 0;
    const found =
      branches
        .map((rule) => all.indexOf(rule))
        .find((index) => all[index]?.parts.some((part) => asksFor(part, own))) ?? -1;
    if (found < 0) return { chain, line, rule: `does not look for known clients of ${own}` };
    const newcomers = all.findIndex(
      ({ parts }) =>
        parts.some((part) => part.kind === 'jump') &&
        !parts.some((part) => part.kind === 'recent') &&
        !isMark(parts),
    );
    if (newcomers >= 0 && newcomers < found)
      return { chain, line: all[found]?.line ?? line, rule: `looks for known clients of ${own} too late` };
    const check = all[found]?.parts.find((part) => asksFor(part, own));
    if (check?.kind === 'recent' && check.seconds !== seconds)
      return { chain, line, rule: `looks back ${check.seconds ?? 'without end'} s, not ${seconds} s` };
  }
  const rules = rulesIn(table, own);
  const sets = rules.some(({ parts }) =>
    parts.some((part) => part.kind === 'recent' && part.operation === 'set' && part.list === own),
  );
  if (rules.length === 0 || sets || rules.some(hidesMatch)) return undefined;
  return { chain: own, line: rules[0]?.line ?? 0, rule: 'does not remember clients' };
}

function jumpsTo(part: Part, chain: string): boolean {
  return (part.kind === 'jump' || part.kind === 'goto') && part.chain === chain;
}

function asksFor(part: Part, list: string): boolean {
  return part.kind === 'recent' && part.operation === 'rcheck' && part.list === list;
}

function hidesMatch({ parts }: Rule): boolean {
  return parts.some(({ kind }) => kind === 'unknown-match');
}

function isMark(parts: readonly Part[]): boolean {
  return parts.some((part) => jumpsTo(part, 'KUBE-MARK-MASQ'));
}

function nftAffinity(
  table: Table,
  { frontend: { service, portName, protocol }, takesLocal }: Pick<WayClient, 'frontend' | 'takesLocal'>,
  endpoint: Endpoint,
  seconds: number,
): Place | undefined {
  const name = protocolName(protocol);
  const epBase = nftEndpointBase(service, portName, name, endpoint.address, endpoint.port);
  const base = nftServiceBase(service, portName, name);
  const set = `affinity-${epBase}`;
  const own = `endpoint-${epBase}`;
  const [first, second] = takesLocal ? ['local', 'service'] : ['service', 'local'];
  const chain = [`${first}-${base}`, `${second}-${base}`].find((each) => rulesIn(table, each).length > 0);
  const looksUp = (chain: string): boolean =>
    rulesIn(table, chain)
      .slice(0, balancerOf(rulesIn(table, chain)))
      .some(
        ({ parts }) =>
          parts.some((part) => part.kind === 'lookup' && part.set === set && !part.not) &&
          parts.some((part) => jumpsTo(part, own)),
      );
  const known = table.sets.get(set);
  if (chain === undefined) return undefined;
  if (known === undefined || !looksUp(chain)) {
    return {
      chain,
      line: table.chains.get(chain)?.line ?? 0,
      rule: `does not send clients in @${set} to ${own}`,
    };
  }
  if (known.timeoutSeconds !== undefined && known.timeoutSeconds !== seconds)
    return {
      chain: set,
      line: known.line,
      rule: `forgets after ${known.timeoutSeconds} s, not ${seconds} s`,
    };
  const updates = rulesIn(table, own).some(({ parts }) =>
    parts.some((part) => part.kind === 'update-set' && part.set === set),
  );
  if (updates) return undefined;
  return { chain: own, line: table.chains.get(own)?.line ?? 0, rule: 'does not remember clients' };
}

/** Index of the first rule that every new client takes: what stands behind it is in vain. */
function balancerOf(rules: readonly Rule[]): number {
  const index = rules.findIndex(({ parts }) => parts.some(({ kind }) => kind === 'vmap' || kind === 'dnat'));
  return index < 0 ? rules.length : index;
}

function rulesIn({ chains }: Table, chain: string): Rule[] {
  return [...rulesOf(chains.get(chain))];
}
