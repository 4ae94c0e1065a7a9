import type { BaseChain, Hook, TableOrigin } from '../ruleset/ruleset.ts';

const HOOKS: ReadonlyMap<string, Hook> = new Map([
  ['PREROUTING', 'prerouting'],
  ['INPUT', 'input'],
  ['FORWARD', 'forward'],
  ['OUTPUT', 'output'],
  ['POSTROUTING', 'postrouting'],
]);

// *Source:* linux/netfilter_ipv4.h, enum nf_ip_hook_priorities.
const PRIORITIES: ReadonlyMap<string, number> = new Map([
  ['raw', -300],
  ['mangle', -150],
  ['nat', -100],
  ['filter', 0],
  ['security', 50],
]);

// Not the kernel's 50: below the input hook's nat, which legacy iptables has above it. *Source:* iptables/nft.c `xtables_ipv4`.
const NFT_SECURITY = 150;

/** The hook and priority of the built-in `chain` of `table`; undefined for chains that users made. */
export function baseChainOf(
  table: string,
  chain: string,
  policy: 'accept' | 'drop',
  origin: TableOrigin,
): BaseChain | undefined {
  const hook = HOOKS.get(chain);
  const isNft = origin === 'iptables-nft' && table === 'security';
  const priority = isNft ? NFT_SECURITY : PRIORITIES.get(table);
  if (hook === undefined || priority === undefined) return undefined;
  const isSource = table === 'nat' && (hook === 'input' || hook === 'postrouting');
  const type = table === 'nat' ? 'nat' : table === 'mangle' && hook === 'output' ? 'route' : 'filter';
  return { type, hook, priority: isSource ? 100 : priority, policy };
}

/** The chains that tables have built in. */
export const BUILT_IN: readonly string[] = [...HOOKS.keys()];

/** Whether every table that has `chain` has it built in. */
export function isBuiltIn(chain: string): boolean {
  return HOOKS.has(chain);
}
