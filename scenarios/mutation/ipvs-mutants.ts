import type { NodeText } from './judge-iptables.ts';
import { iptablesMutants } from './iptables-mutants.ts';
import { type Rewording, type TextMutant, mutateLines, renumber } from './text-mutants.ts';

/** One change of what a node in IPVS mode holds. */
export interface IpvsMutant {
  readonly name: string;
  readonly place: string;
  readonly kind: string;
  readonly text: NodeText;
  /** The address that is gone from kube-ipvs0. */
  readonly unbound?: number | bigint;
}

/** Every virtual server, real server, member of an ipset, rule and address of kube-ipvs0: gone or changed. */
export function ipvsMutants(text: NodeText, bound: ReadonlyMap<string, number | bigint>): IpvsMutant[] {
  const put = (
    mutants: readonly TextMutant[],
    change: (lines: readonly string[]) => Partial<NodeText>,
  ): IpvsMutant[] =>
    mutants.map(({ lines, ...mutant }) => ({ ...mutant, text: { ...text, ...change(lines) } }));
  return [
    ...put(serverMutants(text.servers), (servers) => ({ servers })),
    ...put(memberMutants(text.sets), (sets) => ({ sets })),
    ...put(iptablesMutants(text.rules), (rules) => ({ rules })),
    ...[...bound].map(([name, unbound]) => ({
      name: `unbound: ${name}`,
      place: 'kube-ipvs0',
      kind: `unbound ${name.split('.')[0]}`,
      text: { ...text, local: new Set([...text.local].filter((each) => each !== unbound)) },
      unbound,
    })),
  ];
}

function serverMutants(lines: readonly string[]): TextMutant[] {
  const serverOf = (line: string): string | undefined => /^-[Aa] -[tu] (\S+)/.exec(line)?.[1];
  return mutateLines(lines, serverOf, (line): Rewording[] => [
    ...(line.startsWith('-a') ? ([['deleted', undefined]] as const) : []),
    ['weight 0', line.replace(/-w 1$/, '-w 0')],
    ['real port', renumber(line, /( -r [\d.]+:)(\d+)/, (port) => port + 1)],
    ['real address', renumber(line, /( -r \d+\.\d+\.\d+\.)(\d+)/, (host) => (host + 100) % 250)],
    ['not persistent', line.replace(/ -p \d+$/, '')],
    ['persistent for', renumber(line, /( -p )(\d+)/, (seconds) => seconds / 2)],
  ]).concat(wholeServers(lines));
}

/** Virtual servers with all their real servers: gone, or at another port. */
function wholeServers(lines: readonly string[]): TextMutant[] {
  return lines.flatMap((line) => {
    const [, key = '', at = ''] = /^-A (-[tu] (\S+))/.exec(line) ?? [];
    if (key === '') return [];
    const isOfServer = (each: string): boolean =>
      each.startsWith(`-A ${key} `) || each.startsWith(`-a ${key} `);
    const moved = renumber(key, /(:)(\d+)/, (port) => port + 1);
    const without = lines.filter((each) => !isOfServer(each));
    const own = lines.filter((each) => isOfServer(each)).map((each) => each.replace(key, moved));
    const kind = `server ${key.slice(0, 2)} ${at.split('.')[0]}`;
    return [
      { name: `no server: ${line}`, place: at, lines: without, kind: `no ${kind}` },
      { name: `other port: ${line}`, place: at, lines: [...without, ...own], kind: `other port ${kind}` },
    ];
  });
}

function memberMutants(lines: readonly string[]): TextMutant[] {
  const setOf = (line: string): string | undefined => /^add (KUBE-(?!6-)\S+)/.exec(line)?.[1];
  const changed = mutateLines(lines, setOf, (line): Rewording[] => [
    ['member deleted', undefined],
    ['member with another port', renumber(line, /(:| )(\d+)(?=$|,)/, (port) => port + 1)],
    ['member with another protocol', line.replace(/,tcp:/, ',udp:')],
    ['member with another address', renumber(line, /( \d+\.\d+\.\d+\.)(\d+)/, (host) => (host + 99) % 250)],
  ]);
  return changed.filter(({ lines: all }) => new Set(all).size === all.length).concat(strangers(lines));
}

/** A member that belongs to a set of the same type. */
function strangers(lines: readonly string[]): TextMutant[] {
  const types = new Map(
    lines.flatMap((line) => (line.startsWith('create') ? [line.split(' ').slice(1, 3)] : [])) as [
      string,
      string,
    ][],
  );
  return lines.flatMap((line) => {
    const [word, set = '', member = ''] = line.split(' ');
    if (word !== 'add') return [];
    return [...types]
      .filter(
        ([name, type]) =>
          name !== set &&
          !name.startsWith('KUBE-6-') &&
          type === types.get(set) &&
          !lines.includes(`add ${name} ${member}`),
      )
      .map(([name]) => ({
        name: `member added: ${name} ${member}`,
        place: name,
        lines: [...lines, `add ${name} ${member}`],
        kind: `member added ${set} ${name}`,
      }));
  });
}
