/** Where a connection is tried to. */
export interface ProbeTarget {
  readonly address: string;
  readonly port: number;
  /** How often; several times where each may end elsewhere. */
  readonly tries: number;
}

/** A connection that does not stand after so long is a timeout. */
const CONNECT_SECONDS = 3;

/**
 * A script for `sh -c` that tries TCP connections with what the image has (nc, else curl), all at once, and sends not one byte. Each prints a line:
 * `marker`, the target's number, the tool's exit code, and what it said. *Source:* nc(1) of OpenBSD, busybox and ncat; curl(1).
 */
export function probeScript(targets: readonly ProbeTarget[], marker: string): string {
  const seconds = CONNECT_SECONDS;
  return [
    'p() {',
    '  if command -v nc >/dev/null 2>&1; then',
    `    r=$(nc -z -w ${seconds} "$2" "$3" 2>&1 </dev/null); c=$?`,
    // Busybox may have no -z; it runs a program as soon as the connection stands.
    `    case $r in *"nvalid option"*|*"nrecognized option"*) r=$(nc -w ${seconds} "$2" "$3" -e echo 2>&1 </dev/null); c=$? ;; esac`,
    '  elif command -v curl >/dev/null 2>&1; then',
    '    case $2 in *:*) a="[$2]" ;; *) a=$2 ;; esac',
    `    r=$(curl -sS --connect-timeout ${seconds} -m ${seconds + 1} "telnet://$a:$3" 2>&1 </dev/null); c=$?`,
    '    case $r in *"Operation timed out"*) c=0 ;; esac',
    '  else r=no-tool; c=126; fi',
    `  echo "${marker} $1 $c $(echo $r)"`,
    '}',
    ...targets.flatMap(({ address, port, tries }, index) =>
      Array.from({ length: tries }, () => `p ${index} ${address} ${port} &`),
    ),
    'wait',
  ].join('\n');
}
