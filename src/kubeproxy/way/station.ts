import type { Chain, Table } from '../../dataplane/ruleset/ruleset.ts';
import { rulesOf } from '../../dataplane/ruleset/rules-of.ts';
import { familyOf, formatIp } from '../../model/address.ts';
import type { Frontend } from '../../model/frontend.ts';
import { protocolName } from '../../model/protocol.ts';
import type { World } from '../../world/world.ts';

/** What was read of one node's kernel. */
export type NodeRules = NonNullable<ReturnType<World['nodeStates']['get']>>;

/** A place in a node's rules where something of kube-proxy's stands, or should stand. */
export interface ProxyPlace {
  readonly family: string;
  readonly table: string;
  /** A chain, map, set or virtual server. */
  readonly chain: string;
  /** What stands there, or what is missing, in words. */
  readonly rule: string;
  readonly source: string;
  readonly line: number;
}

/** A rule that a packet met. */
export interface PassedRule {
  readonly table: string;
  readonly chain: string;
  readonly rule: string;
  /** The chain that it led to. */
  readonly enters?: string;
}

/** A place that packets pass on their way, and what is wrong there where they do not come to the next one. */
export interface Station {
  readonly at: ProxyPlace;
  /** Whether who met this rule has come here; absent where everybody has. */
  readonly isPassedBy?: (passed: PassedRule) => boolean;
  /** Nobody gets on from here: the next thing is missing. */
  readonly isBroken?: boolean;
}

/** Packets of one client to one frontend, as far as kube-proxy tells them apart. */
export interface WayClient {
  readonly frontend: Frontend;
  /** The node makes them itself. */
  readonly isOwn: boolean;
  /** Only endpoints of the node are for them. */
  readonly takesLocal: boolean;
  /** The Service's traffic policy for this frontend is Local. */
  readonly isLocalPolicy: boolean;
  /** The bit that asks for masquerading. */
  readonly mark: number;
}

/** Makes the stations of one table; `table` is undefined where the node has none. */
export function stationsOf(
  family: 'ip' | 'ip6',
  name: string,
  table: Table | undefined,
): (chain: string, rule: string, more?: Omit<Station, 'at'>) => Station {
  return (chain, rule, more = {}) => {
    const own = table?.chains.get(chain) ?? table?.sets.get(chain);
    const isEmpty = own !== undefined && 'rules' in own && own.rules.length === 0;
    return {
      at: {
        family,
        table: name,
        chain,
        rule: isEmpty ? 'has no rule' : rule,
        source: table?.source ?? '',
        line: own?.line ?? 0,
      },
      isPassedBy: (passed) => passed.table === name && (passed.chain === chain || passed.enters === chain),
      ...more,
    };
  };
}

/** Where a rule that sets the mark stands, with the rules that lead to it: the first of `chains` decides. */
export function marks(chain: Chain | undefined, mark: number): boolean {
  return [...rulesOf(chain)].some(({ parts }) =>
    parts.some((part) => part.kind === 'set-mark' && ((part.change.xor | ~part.change.and) & mark) !== 0),
  );
}

/** `10.96.0.1 tcp 443`; without the address for a NodePort. */
export function frontendWords({ kind, address, port, protocol }: Frontend): string {
  return `${kind === 'nodePort' ? '' : `${formatIp(address)} `}${protocolName(protocol)} ${port}`;
}

/** The netfilter family of a frontend's address. */
export function familyName({ address }: Frontend): 'ip' | 'ip6' {
  return familyOf(address) === 'IPv4' ? 'ip' : 'ip6';
}
