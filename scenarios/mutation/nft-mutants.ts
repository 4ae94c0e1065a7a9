import type { NftEntry, NftObject, NftStatement, NftValue } from './nft-json.ts';

/** A changed ruleset. */
export interface NftMutant {
  readonly name: string;
  /** The chain, map or set that was changed. */
  readonly place: string;
  readonly entries: readonly NftEntry[];
  /** What kind of change of what kind of object it is: one of many alike may stand for them. */
  readonly kind: string;
}

/** Without what tells objects of a kind apart: names, addresses, numbers. */
function kindOf(name: string, { chain, name: own, expr }: NftObject): string {
  return `${name} ${chain ?? own ?? ''} ${JSON.stringify(expr ?? '')}`
    .replace(/-[A-Z0-9]{8}-[^" ]*/g, '-*')
    .replace(/\d+(\.\d+)*/g, '#');
}

/** One object changed in some way; undefined where it is gone. */
type Change = readonly [name: string, changed: NftObject | undefined];

/** Every rule and element of kube-proxy's table for IPv4: gone, or with another port, address, share, target, mark or test. */
export function nftMutants(entries: readonly NftEntry[]): NftMutant[] {
  const chains = entries.flatMap(({ chain }) =>
    chain?.table === 'kube-proxy' && chain.family === 'ip' && chain.name ? [chain.name] : [],
  );
  return entries.flatMap((entry, at) => {
    const [[kind, object] = []] = Object.entries(entry);
    if (kind === undefined || object?.table !== 'kube-proxy' || object.family !== 'ip') return [];
    const changes =
      kind === 'rule'
        ? rewordedRules(object, chains)
        : kind === 'chain'
          ? []
          : changedElements(object, entries);
    return changes
      .filter(([, changed]) => JSON.stringify(changed) !== JSON.stringify(object))
      .map(([name, changed]) => ({
        name: `${name}: ${object.chain ?? object.name} ${JSON.stringify(object.expr ?? '')}`,
        place: object.chain ?? object.name ?? '',
        kind: kindOf(name, object),
        entries: entries.flatMap((each, index) =>
          index !== at ? [each] : changed === undefined ? [] : [{ [kind]: changed }],
        ),
      }));
  });
}

function rewordedRules(rule: NftObject, chains: readonly string[]): Change[] {
  const text = JSON.stringify(rule.expr);
  const reword = (name: string, pattern: RegExp, to: (...found: string[]) => string): Change => [
    name,
    { ...rule, expr: JSON.parse(text.replace(pattern, to)) as NftStatement[] },
  ];
  // A chain of the same kind: the kernel takes no loops.
  const another = (chain: string): string => {
    const kind = (name: string): string => `${name.split('-')[0]} ${name.includes('/')}`;
    const alike = chains.filter((each) => kind(each) === kind(chain));
    return alike[(alike.indexOf(chain) + 1) % alike.length] ?? '';
  };
  return [
    ['deleted', undefined],
    reword(
      'port',
      /("port":|"\d+\.\d+\.\d+\.\d+",)(\d+)/,
      (_, before, port) => `${before}${Number(port) + 1}`,
    ),
    reword(
      'address',
      /(\d+\.\d+\.\d+\.)(\d+)",? ?("port"|\d)/,
      (_, net, host, rest) => `${net}${Number(host) + 100}",${rest}`,
    ),
    reword('share', /"mod":(\d+)/, (_, mod) => `"mod":${Number(mod) + 1}`),
    reword('first branch gone', /\[0,\{[^[\]]*(?:\[[^\]]*\])?\}+\],/, () => ''),
    reword(
      'same branch twice',
      /(\[0,(\{.*?\})\],\[1,)\{.*?\}\]/,
      (_, before, value) => `${before}${value}]`,
    ),
    reword('target', /"target":"([^"]*)"/, (_, chain) => `"target":"${another(chain ?? '')}"`),
    reword('refuse', /"target":"([^"]*)"/, () => `"target":"reject-chain"`),
    reword('test inverted', /"op":"(==|!=)"/, (_, op) => `"op":"${op === '==' ? '!=' : '=='}"`),
    reword('protocol', /"right":"(tcp|udp)"/, (_, name) => `"right":"${name === 'tcp' ? 'udp' : 'tcp'}"`),
    reword('range', /"addr":"10\.244\.0\.0"/, () => `"addr":"10.245.0.0"`),
    reword('mark', /16384/, () => '32768'),
  ];
}

function changedElements(set: NftObject, entries: readonly NftEntry[]): Change[] {
  const all = set.elem ?? [];
  const without = (at: number, ...instead: (typeof all)[number][]): NftObject => ({
    ...set,
    elem: all.flatMap((each, index) => (index === at ? instead : [each])),
  });
  const changed = all.flatMap((element, at): Change[] => {
    const isPair = Array.isArray(element);
    const key = (isPair ? element[0] : element) as NftValue;
    const text = JSON.stringify(key);
    const other = all[(at + 1) % all.length];
    const put = (instead: string): (typeof all)[number] => {
      const read = JSON.parse(instead) as NftValue;
      return isPair ? [read, element[1] as NftStatement] : read;
    };
    return [
      [`element deleted ${text}`, without(at)],
      [`port of ${text}`, without(at, put(text.replace(/(\d+)\]/, (_, port) => `${Number(port) + 1}]`)))],
      [
        `address of ${text}`,
        without(
          at,
          put(text.replace(/(\.\d+\.)(\d+)"/, (_, net, host) => `${net}${(Number(host) + 99) % 250}"`)),
        ),
      ],
      [
        `protocol of ${text}`,
        without(at, put(text.replace(/"(tcp|udp)"/, (_, name) => (name === 'tcp' ? '"udp"' : '"tcp"')))),
      ],
      ...(isPair
        ? ([
            [`target of ${text}`, without(at, [key, (other as [NftValue, NftStatement])[1]])],
            [`refuse ${text}`, without(at, [key, { goto: { target: 'reject-chain' } }])],
            [`drop ${text}`, without(at, [key, { drop: null }])],
          ] satisfies Change[])
        : []),
    ];
  });
  // The kernel refuses a key twice.
  const isPossible = ([, object]: Change): boolean => {
    const keys = (object?.elem ?? []).map((each) => JSON.stringify(Array.isArray(each) ? each[0] : each));
    return new Set(keys).size === keys.length;
  };
  return [...changed, ...blockingElements(set, entries)].filter(isPossible);
}

/** A map that turns clients away with one client's destination in it. */
function blockingElements(set: NftObject, entries: readonly NftEntry[]): Change[] {
  const from = {
    'no-endpoint-services': 'service-ips',
    'firewall-ips': 'service-ips',
    'no-endpoint-nodeports': 'service-nodeports',
  }[set.name ?? ''];
  const source = entries.find(({ map }) => map?.name === from && map?.family === 'ip')?.map?.elem ?? [];
  return source.map((element) => {
    const [key] = element as readonly [NftValue, NftStatement];
    return [`added ${JSON.stringify(key)}`, { ...set, elem: [...(set.elem ?? []), [key, { drop: null }]] }];
  });
}
