/** How `iptables -L` words what a save prints as options: each pattern stands where the text begins. */
type Phrase = readonly [pattern: RegExp, option: (...groups: readonly string[]) => string];

const not = (sign: string | undefined): string => (sign ? '! ' : '');

const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] as const;

function flagNames(bits: string): string {
  if (!bits.startsWith('0x')) return bits;
  const names = TCP_FLAGS.filter((_, index) => (Number(bits) >> index) & 1);
  return names.length > 0 ? names.join(',') : 'NONE';
}

/** *Source:* the `print` functions of iptables 1.8, extensions/libxt_*.c, libipt_*.c. */
const MATCHES: readonly Phrase[] = [
  [/^(tcp|udp|udplite|sctp|dccp)(?= |$)/, (_, protocol) => `-m ${protocol}`],
  [/^([sd])pt:(!?)(\d+)(?= |$)/, (_, side, sign, port) => `${not(sign)}--${side}port ${port}`],
  [/^([sd])pts:(!?)(\d+:\d+)(?= |$)/, (_, side, sign, ports) => `${not(sign)}--${side}port ${ports}`],
  [
    /^flags:(!?)([\w,]+)\/([\w,]+)(?= |$)/,
    (_, sign, mask = '', set = '') => `${not(sign)}--tcp-flags ${flagNames(mask)} ${flagNames(set)}`,
  ],
  [
    /^multiport ([sd]?ports) +(!?)([\d,:]+)(?= |$)/,
    (_, side, sign, ports) => `-m multiport ${not(sign)}--${side} ${ports}`,
  ],
  [/^(! )?state ([A-Z,]+)(?= |$)/, (_, sign, states) => `-m state ${not(sign)}--state ${states}`],
  [/^(! )?ctstate ([A-Z,]+)(?= |$)/, (_, sign, states) => `-m conntrack ${not(sign)}--ctstate ${states}`],
  [/^ctdir (ORIGINAL|REPLY)(?= |$)/, (_, direction) => `-m conntrack --ctdir ${direction}`],
  [
    /^ADDRTYPE match((?: (?:src|dst)-type !?[A-Z,]+| limit-(?:in|out))+)(?= |$)/,
    (_, tests = '') =>
      `-m addrtype${tests
        .replaceAll(/ ((?:src|dst)-type) (!?)/g, (_all, type: string, sign: string) =>
          sign ? ` ! --${type} ` : ` --${type} `,
        )
        .replaceAll(/ limit-(in|out)/g, ' --limit-iface-$1')}`,
  ],
  [
    /^(conn)?mark match (! )?(0x[\da-f]+(?:\/0x[\da-f]+)?)(?= |$)/,
    (_, kind = '', sign, mark) => `-m ${kind}mark ${not(sign)}--mark ${mark}`,
  ],
  [
    /^statistic mode random( !)? probability ([\d.]+)(?= |$)/,
    (_, sign, chance) => `-m statistic --mode random ${not(sign)}--probability ${chance}`,
  ],
  [
    /^statistic mode nth( !)? every (\d+)(?: packet (\d+))?(?= |$)/,
    (_, sign, every, packet = '0') =>
      `-m statistic --mode nth ${not(sign)}--every ${every} --packet ${packet || '0'}`,
  ],
  [
    /^recent:( !)? (SET|CHECK|UPDATE|REMOVE)(?: seconds: (\d+))?( reap)?(?: hit_count: (\d+))?( TTL-Match)? name: (\S+) side: (source|dest)(?: mask: (\S+))?(?= |$)/,
    (_, sign, verb = '', seconds, reap, hits, ttl, list, side, mask) =>
      [
        `-m recent ${not(sign)}--${verb === 'CHECK' ? 'rcheck' : verb.toLowerCase()}`,
        seconds && `--seconds ${seconds}`,
        reap && '--reap',
        hits && `--hitcount ${hits}`,
        ttl && '--rttl',
        `--name ${list}`,
        mask && `--mask ${mask}`,
        side === 'source' ? '--rsource' : '--rdest',
      ]
        .filter(Boolean)
        .join(' '),
  ],
  [
    /^(! )?match-set (\S+) ([srcdt,]+)(?= |$)/,
    (_, sign, set, sides) => `-m set ${not(sign)}--match-set ${set} ${sides}`,
  ],
  [
    /^PHYSDEV match((?:(?: !)? --physdev-(?:is-in|is-out|is-bridged|in \S+|out \S+)(?= |$))+)/,
    (_, options) => `-m physdev${options}`,
  ],
  [
    /^(!)?icmptype (\d+)(?: code (\d+))?(?= |$)/,
    (_, sign, type, code) => `-m icmp ${not(sign)}--icmp-type ${type}${code ? `/${code}` : ''}`,
  ],
  [
    /^(source|destination) IP range( !)? (\S+-\S+)(?= |$)/,
    (_, side, sign, range) => `-m iprange ${not(sign)}--${side === 'source' ? 'src' : 'dst'}-range ${range}`,
  ],
];

const translation = (option: string): readonly Phrase[] => [
  [/^to:(\S+)(?= |$)/, (_, to) => `--${option} ${to}`],
  ...SPREAD,
];
const SPREAD: readonly Phrase[] = [[/^(random-fully|random|persistent)(?= |$)/, (_, how) => `--${how}`]];

const TARGETS: Readonly<Record<string, readonly Phrase[]>> = {
  DNAT: translation('to-destination'),
  SNAT: translation('to-source'),
  REDIRECT: [[/^redir ports (\S+)(?= |$)/, (_, ports) => `--to-ports ${ports}`], ...SPREAD],
  MASQUERADE: [[/^masq ports: (\S+)(?= |$)/, (_, ports) => `--to-ports ${ports}`], ...SPREAD],
  MARK: [
    [/^MARK xset (\S+)(?= |$)/, (_, mark) => `--set-xmark ${mark}`],
    [/^MARK (set|and|or|xor) (\S+)(?= |$)/, (_, how, mark) => `--${how}-mark ${mark}`],
  ],
  CONNMARK: [
    [
      /^CONNMARK (restore|save)(?: mask (0x[\da-f]+))?(?= |$)/,
      (_, how, mask) => `--${how}-mark${mask ? ` --mask ${mask}` : ''}`,
    ],
  ],
  REJECT: [[/^reject-with (\S+)(?= |$)/, (_, kind) => `--reject-with ${kind}`]],
  CT: [[/^(?:CT )?notrack(?= |$)/, () => '--notrack']],
  LOG: [[/^LOG (?:flags|level) .*$/, () => '']],
};

/** What stands behind the addresses of a listed rule, as options of iptables. */
export interface Phrases {
  readonly matches: string;
  readonly target: string;
  readonly comment?: string;
  /** What no phrase fits, with all that follows it. */
  readonly rest: string;
}

/** Reads the words behind the addresses of a rule whose target is `target`. */
export function readPhrases(words: string, target: string): Phrases {
  const found = { matches: [] as string[], target: [] as string[] };
  let comment: string | undefined;
  let rest = words.trim();
  const take = (phrases: readonly Phrase[], into: string[]): boolean => {
    for (const [pattern, option] of phrases) {
      const match = pattern.exec(rest);
      if (match === null) continue;
      into.push(option(...match));
      rest = rest.slice(match[0].length).trimStart();
      return true;
    }
    return false;
  };
  while (rest !== '') {
    const end = rest.startsWith('/* ') ? rest.indexOf(' */', 2) : -1;
    // A comment may hold the sign that ends one: then nothing tells where it ends.
    if (end >= 0 && comment === undefined && !rest.includes('*/', end + 3)) {
      comment = rest.slice(3, end);
      rest = rest.slice(end + 3).trimStart();
    } else if (found.target.length > 0 || !take(MATCHES, found.matches)) {
      if (!take(TARGETS[target] ?? [], found.target)) break;
    }
  }
  return {
    matches: found.matches.join(' '),
    target: found.target.join(' '),
    ...(comment === undefined ? {} : { comment }),
    rest,
  };
}
