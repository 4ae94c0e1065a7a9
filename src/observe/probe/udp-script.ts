/** A port that is asked by UDP, by the address of a Service and at its endpoints, each with the number under which the answer is told. */
export interface UdpAsked {
  /** See `udpQuestion`. */
  readonly question: string;
  readonly frontend: UdpTarget;
  readonly endpoints: readonly UdpTarget[];
}

/** An address that is asked. */
export interface UdpTarget {
  readonly index: number;
  readonly address: string;
  readonly port: number;
}

/** Who has not answered by then is silent. */
const ANSWER_SECONDS = 2;

/**
 * A script for `sh -c` that asks each Service, and where it is silent twice its endpoints: servers of some protocols answer a client once in two seconds, so that asking
 * all at once would say nothing. It sends by bash, which can, else by an nc that has `-u`. Each try prints `marker`, the target's number, `udp`, and `replied`, `timeout`, `refused` or `no-tool`.
 * *Source:* bash(1) on redirections; nc(1) of OpenBSD, busybox and ncat.
 */
export function udpScript(asked: readonly UdpAsked[], marker: string): string {
  const ask = ({ index, address, port }: UdpTarget, question: string): string =>
    `u ${index} ${address} ${port} '${question}'`;
  return [
    'u() {',
    '  if command -v bash >/dev/null 2>&1; then',
    // What is read of a socket is a byte, and the rest of the datagram is gone: one is enough.
    `    s=$(bash -c 'LC_ALL=C; exec 3<>"/dev/udp/$0/$1" && printf "$2" 0 >&3 && IFS= read -r -d "" -n 1 -t ${ANSWER_SECONDS} x <&3 && echo replied' "$2" "$3" "$4" 2>&1)`,
    '    case $s in *replied*) s=replied ;; *efused*) s=refused ;; *) s=timeout ;; esac',
    '  else case $(nc -h 2>&1; nc --help 2>&1) in',
    // The shell drops bytes that are null; no answer is nothing but those.
    `    *-u*) s=$(printf "$4" 0 | nc -u -w ${ANSWER_SECONDS} "$2" "$3" 2>/dev/null); s=\${s:+replied}; s=\${s:-timeout} ;;`,
    '    *) s=no-tool ;;',
    '  esac; fi',
    `  echo "${marker} $1 udp $s"`,
    '  case $s in timeout|refused) return 1 ;; esac',
    '}',
    ...asked.map(({ question, frontend, endpoints }) => {
      const first = ask(frontend, question);
      const others = endpoints.map((endpoint) => `${ask(endpoint, question)} & `).join('');
      return `{ ${first} || ${first}${others === '' ? '' : ` || { ${others}wait; }`}; } &`;
    }),
    'wait',
  ].join('\n');
}

/** What came of asking each target that was asked, by its number: how often which result. */
export function readUdpAnswers(
  text: string,
  marker: string,
): ReadonlyMap<number, Readonly<Partial<Record<'replied' | 'timeout' | 'refused', number>>>> {
  const found = new Map<number, Partial<Record<'replied' | 'timeout' | 'refused', number>>>();
  for (const [, number, said] of text.matchAll(
    new RegExp(`^${marker} (\\d+) udp (replied|timeout|refused)$`, 'gm'),
  )) {
    const results = found.get(Number(number)) ?? {};
    const result = said as 'replied' | 'timeout' | 'refused';
    results[result] = (results[result] ?? 0) + 1;
    found.set(Number(number), results);
  }
  return found;
}
