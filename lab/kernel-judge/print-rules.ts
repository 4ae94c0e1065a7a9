import { LISTED } from './random-values.ts';
import type {
  Action,
  Condition,
  ListedKey,
  MapVerdict,
  RandomRule,
  RandomRuleset,
  TableName,
} from './ruleset-model.ts';

const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter', 'security'];
const hex = (value: number): string => `0x${value.toString(16)}`;

/** The ruleset as `iptables-restore` reads it; `first` stands in front of the rules of raw PREROUTING. */
export function printIptablesRules(ruleset: RandomRuleset, first?: string): string {
  return TABLES.map((table) => {
    const chains = ruleset[table];
    const declared = chains.map(({ name, policy }) => `:${name} ${policy ?? '-'} [0:0]`);
    const rules = chains.flatMap(({ name, rules: list }) =>
      list.map((rule) => `-A ${name} ${iptablesRule(rule)}`),
    );
    if (table === 'raw' && first !== undefined) rules.unshift(`-A PREROUTING ${first}`);
    return [`*${table}`, ...declared, ...rules, 'COMMIT', ''].join('\n');
  }).join('');
}

function iptablesRule({ protocol, conditions, action }: RandomRule): string {
  const matches = [
    ...(protocol === undefined ? [] : [`${protocol.not ? '! ' : ''}-p ${protocol.name}`]),
    // Whatever stands after `-m multiport` is read as its option.
    ...conditions
      .toSorted((a, b) => Number(a.kind === 'ports') - Number(b.kind === 'ports'))
      .map(iptablesCondition),
  ];
  const target = iptablesAction(action, protocol !== undefined && !protocol.not);
  return [...matches, ...(target === undefined ? [] : [target])].join(' ');
}

function iptablesCondition(condition: Condition): string {
  const not = 'not' in condition && condition.not ? '! ' : '';
  switch (condition.kind) {
    case 'source':
      return `${not}-s ${condition.prefix}`;
    case 'destination':
      return `${not}-d ${condition.prefix}`;
    case 'destination-port':
      return `${not}--dport ${condition.low}:${condition.high}`;
    case 'source-port':
      return `${not}--sport ${condition.low}:${condition.high}`;
    case 'ports':
      return `-m multiport --dports ${condition.ports.join(',')}`;
    case 'mark':
      return `-m mark ${not}--mark ${hex(condition.value)}/${hex(condition.mask)}`;
    case 'connmark':
      return `-m connmark ${not}--mark ${hex(condition.value)}/${hex(condition.mask)}`;
    case 'state':
      return `-m conntrack ${not}--ctstate ${condition.states.join(',')}`;
    case 'translated':
      return `-m conntrack ${not}--ctstate DNAT`;
    case 'interface-in':
      return `${not}-i ${condition.name}`;
    case 'local':
      return `-m addrtype ${not}--${condition.side === 'source' ? 'src' : 'dst'}-type LOCAL`;
    case 'random':
      return `-m statistic --mode random --probability ${condition.quarter / 4}`;
    case 'local-here':
      return `-m addrtype ${not}--dst-type LOCAL --limit-iface-in`;
    case 'source-range':
      return `-m iprange ${not}--src-range ${condition.low}-${condition.high}`;
    case 'asked':
      return `-m conntrack ${not}--ctorigdst ${condition.address}`;
    case 'opens':
      return `${not}--syn`;
    case 'listed':
      return `-m set ${not}--match-set ${setName(condition.keys)} dst,dst`;
  }
}

function iptablesAction(action: Action, hasPorts: boolean): string | undefined {
  switch (action.kind) {
    case 'none':
      return undefined;
    case 'log':
      return '-j NFLOG --nflog-group 5';
    case 'connmark':
      return `-j CONNMARK --set-xmark ${hex(action.value)}/${hex(action.mask)}`;
    case 'redirect':
      return `-j REDIRECT --to-ports ${action.port}`;
    case 'netmap':
      return '-j NETMAP --to 203.0.113.0/24';
    case 'snat':
      return `-j SNAT --to-source ${action.address}`;
    case 'jump':
      return `-j ${action.chain}`;
    case 'goto':
      return `-g ${action.chain}`;
    case 'mark':
      return `-j MARK --set-xmark ${hex(action.value)}/${hex(action.mask)}`;
    case 'save-mark':
      return '-j CONNMARK --save-mark';
    case 'restore-mark':
      return '-j CONNMARK --restore-mark';
    case 'notrack':
      return '-j CT --notrack';
    case 'dnat':
      return `-j DNAT --to-destination ${action.address}${hasPorts ? `:${action.port}` : ''}`;
    default:
      return `-j ${action.kind.toUpperCase()}`;
  }
}

/** Named after what is in it: equal sets are one. */
function setName(keys: readonly ListedKey[]): string {
  const bits = LISTED.reduce((sum, key, i) => (keys.includes(key) ? sum + 2 ** i : sum), 0);
  return `judge-${bits.toString(16)}`;
}

/** The sets that the rules name, as `ipset save` prints them. */
export function printIpsets(ruleset: RandomRuleset): string {
  const sets = new Map<string, readonly ListedKey[]>();
  for (const { rules } of TABLES.flatMap((table) => ruleset[table]))
    for (const condition of rules.flatMap(({ conditions }) => conditions))
      if (condition.kind === 'listed') sets.set(setName(condition.keys), condition.keys);
  const lines = [...sets].flatMap(([name, keys]) => [
    `create ${name} hash:net,port family inet hashsize 1024 maxelem 65536`,
    ...keys.flatMap(({ prefix, protocol, low, high }) =>
      Array.from({ length: high - low + 1 }, (_, i) => `add ${name} ${prefix},${protocol}:${low + i}`),
    ),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

const PRIORITIES: Readonly<Record<TableName, number>> = {
  raw: -300,
  mangle: -150,
  nat: -100,
  filter: 0,
  security: 50,
};

/** The ruleset as `nft -f` reads it: one table a table, every rule with a counter and its number in the chain. */
export function printNftRules(ruleset: RandomRuleset): string {
  return TABLES.map((table) => {
    const chains = ruleset[table].toReversed().map(({ name, hook, policy, rules }) => {
      const priority = table === 'nat' && hook !== 'PREROUTING' ? 100 : PRIORITIES[table];
      const base =
        hook === undefined
          ? []
          : [
              `type ${table === 'nat' ? 'nat' : 'filter'} hook ${hook.toLowerCase()} priority ${priority}; policy ${(policy ?? 'ACCEPT').toLowerCase()};`,
            ];
      return [
        `chain ${name} {`,
        ...base,
        ...rules.map((rule, i) => `${nftRule(rule)} comment "${i}"`),
        '}',
      ].join('\n');
    });
    return [`table ip judge-${table} {`, ...chains, '}', ''].join('\n');
  }).join('');
}

function nftRule({ protocol, conditions, action }: RandomRule): string {
  const name = protocol?.name ?? 'tcp';
  const matches = [
    ...(protocol === undefined ? [] : [`meta l4proto ${protocol.not ? '!= ' : ''}${name}`]),
    ...conditions.map((condition) => nftCondition(condition, name)),
  ];
  const target = nftAction(action, protocol !== undefined && !protocol.not);
  return [...matches, 'counter', ...(target === undefined ? [] : [target])].join(' ');
}

function nftCondition(condition: Condition, protocol: string): string {
  const not = 'not' in condition && condition.not ? '!= ' : '';
  const equals = 'not' in condition && condition.not ? '!=' : '==';
  switch (condition.kind) {
    case 'source':
      return `ip saddr ${not}${condition.prefix}`;
    case 'destination':
      return `ip daddr ${not}${condition.prefix}`;
    case 'destination-port':
      return `${protocol} dport ${not}${condition.low}-${condition.high}`;
    case 'source-port':
      return `${protocol} sport ${not}${condition.low}-${condition.high}`;
    case 'ports':
      return `${protocol} dport { ${condition.ports.join(', ')} }`;
    case 'mark':
      return `meta mark & ${hex(condition.mask)} ${equals} ${hex(condition.value)}`;
    case 'connmark':
      return `ct mark & ${hex(condition.mask)} ${equals} ${hex(condition.value)}`;
    case 'state':
      return `ct state ${not}{ ${condition.states.join(', ').toLowerCase()} }`;
    case 'translated':
      return condition.not ? 'ct status & 0x20 == 0' : 'ct status dnat';
    case 'interface-in':
      return `iifname ${not}"${condition.name.replace('+', '*')}"`;
    case 'local':
      return `fib ${condition.side === 'source' ? 'saddr' : 'daddr'} type ${not}local`;
    case 'local-here':
      return `fib daddr . iif type ${not}local`;
    case 'source-range':
      return `ip saddr ${not}${condition.low}-${condition.high}`;
    case 'asked':
      return `ct original ip daddr ${not}${condition.address}`;
    case 'opens':
      return `tcp flags & (fin | syn | rst | ack) ${equals} syn`;
    case 'random':
      return `numgen random mod 4 < ${condition.quarter}`;
    case 'listed':
      return `${LISTED_KEY} ${not}{ ${condition.keys.map(listedKey).join(', ')} }`;
  }
}

const LISTED_KEY = 'ip daddr . meta l4proto . th dport';

function listedKey({ prefix, protocol, low, high }: ListedKey): string {
  return `${prefix} . ${protocol} . ${low === high ? low : `${low}-${high}`}`;
}

function mapVerdict(verdict: MapVerdict): string {
  return 'chain' in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind;
}

/** The elements of a map by number; a number without one is left out. */
function numbered<T>(list: readonly (T | undefined)[], show: (one: T) => string): string {
  return list.flatMap((one, i) => (one === undefined ? [] : [`${i} : ${show(one)}`])).join(', ');
}

function nftAction(action: Action, hasPorts: boolean): string | undefined {
  switch (action.kind) {
    case 'none':
      return undefined;
    case 'jump':
    case 'goto':
      return `${action.kind} ${action.chain}`;
    case 'mark':
      return `meta mark set meta mark & ${hex(~action.mask >>> 0)} ^ ${hex(action.value)}`;
    case 'log':
      return 'log group 5';
    case 'connmark':
      return `ct mark set ct mark & ${hex(~action.mask >>> 0)} ^ ${hex(action.value)}`;
    case 'redirect':
      return `redirect to :${action.port}`;
    case 'snat':
      return `snat to ${action.address}`;
    case 'save-mark':
      return 'ct mark set meta mark';
    case 'restore-mark':
      return 'meta mark set ct mark';
    case 'dnat':
      return `dnat to ${action.address}${hasPorts ? `:${action.port}` : ''}`;
    case 'dispatch':
      return `${LISTED_KEY} vmap { ${action.elements.map(({ key, verdict }) => `${listedKey(key)} : ${mapVerdict(verdict)}`).join(', ')} }`;
    case 'spread':
      return `numgen random mod ${action.verdicts.length} vmap { ${numbered(action.verdicts, mapVerdict)} }`;
    case 'dnat-spread':
      return `dnat ip addr . port to numgen random mod ${action.targets.length} map { ${numbered(action.targets, ({ address, port }) => `${address} . ${port}`)} }`;
    default:
      return action.kind;
  }
}
