import { type Rewording, type TextMutant, mutateLines, renumber } from './text-mutants.ts';

/** Every rule of kube-proxy's in the tables nat and filter: gone, moved, or with another port, address, share, target, mark, set or test. */
export function iptablesMutants(lines: readonly string[]): TextMutant[] {
  const chains = lines.flatMap((line) => /^:(KUBE-\S+)/.exec(line)?.[1] ?? []);
  const sets = [...new Set(lines.flatMap((line) => /--match-set (\S+)/.exec(line)?.[1] ?? []))];
  const mutants = mutateLines(lines, chainOf, (line) => reword(line, chains, sets));
  return [...mutants, ...swapped(lines), ...added(lines)];
}

/** The chain of a rule that is kube-proxy's, or leads to what is. */
function chainOf(line: string): string | undefined {
  const [, chain] = /^-A (\S+)/.exec(line) ?? [];
  return chain?.startsWith('KUBE-') || / -j KUBE-/.test(line) ? chain : undefined;
}

function reword(line: string, chains: readonly string[], sets: readonly string[]): Rewording[] {
  const next = (all: readonly string[], name: string): string => {
    const alike = all.filter((each) => kindOf(each) === kindOf(name));
    return alike[(alike.indexOf(name) + 1) % alike.length] ?? name;
  };
  const set = (name: string): string => {
    const alike = sets.filter((each) => /PORT/.test(each) === /PORT/.test(name));
    return alike[(alike.indexOf(name) + 1) % alike.length] ?? name;
  };
  const isFilter = / -j (DROP|REJECT|ACCEPT)\b/.test(line);
  return [
    ['deleted', undefined],
    ['port', renumber(line, /(--dport |--to-destination [\d.]+:)(\d+)/, (port) => port + 1)],
    ['address', renumber(line, /(--to-destination \d+\.\d+\.\d+\.)(\d+)/, (host) => host + 100)],
    ['destination', renumber(line, /( -d \d+\.\d+\.\d+\.)(\d+)(?=\/32)/, (host) => (host + 99) % 250)],
    ['protocol', line.replace(/ -p tcp(.*) -m tcp/, ' -p udp$1 -m udp')],
    ['share', line.replace(/--probability [\d.]+/, '--probability 0.90000000000')],
    ['target', line.replace(/ -j (KUBE-\S+)/, (_, to: string) => ` -j ${next(chains, to)}`)],
    ['only marked', line.replace(/ -j KUBE-(SVC|SVL|SEP|EXT|FW)-\S+/, ' -j KUBE-MARK-MASQ')],
    ['returns', isFilter ? line.replace(/ -j (DROP|REJECT|ACCEPT).*/, ' -j RETURN') : line],
    ['dropped', line.replace(/ -j (REJECT|ACCEPT).*/, ' -j DROP')],
    ['refused', isFilter ? line.replace(/ -j (DROP|ACCEPT).*/, ' -j REJECT') : line],
    ['range', line.replace('10.244.0.0/16', '10.245.0.0/16')],
    ['test inverted', line.replace(/! -s /, '-s ')],
    ['range of sources', renumber(line, /( -s 203\.0\.)(\d+)/, (part) => part + 1)],
    ['mark', line.replace('0x4000/0x4000', '0x8000/0x8000')],
    ['set', line.replace(/--match-set (\S+)/, (_, name: string) => `--match-set ${set(name)}`)],
    ['known for', renumber(line, /(--seconds )(\d+)/, (seconds) => seconds / 2)],
  ];
}

function kindOf(chain: string): string {
  return chain.replace(/-[A-Z0-9]{16}$/, '');
}

/** Two rules of a chain in the wrong order. */
function swapped(lines: readonly string[]): TextMutant[] {
  return lines.flatMap((line, at) => {
    const next = lines[at + 1] ?? '';
    const [chain, other] = [chainOf(line), chainOf(next)];
    if (chain === undefined || chain !== other) return [];
    const changed = [...lines.slice(0, at), next, line, ...lines.slice(at + 2)];
    return [
      { name: `swapped: ${line} | ${next}`, place: chain, lines: changed, kind: `swapped ${kindOf(chain)}` },
    ];
  });
}

/** What turns clients away although somebody is there: for a frontend, which is translated before, and for an endpoint. */
function added(lines: readonly string[]): TextMutant[] {
  const filter = lines.indexOf('*filter');
  const at = lines.indexOf('COMMIT', filter);
  const rule = (chain: string, line: string, end: string): TextMutant => ({
    name: `added: ${line}`,
    place: chain,
    lines: [...lines.slice(0, at), line, ...lines.slice(at)],
    kind: `added ${chain} ${end}`,
  });
  return lines.flatMap((line) => {
    const [, address] = /^-A KUBE-SERVICES -d (\S+) -p tcp .*-j KUBE-(?:SVC|EXT)/.exec(line) ?? [];
    const [, endpoint] = /--to-destination ([\d.]+):/.exec(line) ?? [];
    return ['KUBE-SERVICES', 'KUBE-PROXY-FIREWALL', 'KUBE-FORWARD'].flatMap((chain) => {
      if (!lines.includes(`:${chain} - [0:0]`)) return [];
      return [
        ...(address === undefined ? [] : [rule(chain, `-A ${chain} -d ${address} -j REJECT`, 'frontend')]),
        ...(endpoint === undefined ? [] : [rule(chain, `-A ${chain} -d ${endpoint}/32 -j DROP`, 'endpoint')]),
      ];
    });
  });
}
