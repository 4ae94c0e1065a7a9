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
 * `marker`, the target's number, the tool's exit code, and what it said. With `path` it then asks for it by HTTP, too, and prints `marker`, the number,
 * `http` and the first line of the answer. *Source:* nc(1) of OpenBSD, busybox and ncat; curl(1).
 */
export function probeScript(targets: readonly ProbeTarget[], marker: string, path?: string): string {
  const seconds = CONNECT_SECONDS;
  return [
    ...(path === undefined ? [] : httpFunction(path, marker)),
    'set -f; z=',
    // Busybox may have no -z, which it says of any words; it runs a program as soon as the connection stands.
    'command -v nc >/dev/null 2>&1 && case $(nc -z 2>&1 </dev/null) in *"nvalid option"*|*"nrecognized option"*) ;; *) z=-z ;; esac',
    'p() {',
    '  if command -v nc >/dev/null 2>&1; then',
    `    if [ -n "$z" ]; then r=$(nc -z -w ${seconds} "$2" "$3" 2>&1 </dev/null); c=$?`,
    `    else r=$(nc -w ${seconds} "$2" "$3" -e echo 2>&1 </dev/null); c=$?; fi`,
    '  elif command -v curl >/dev/null 2>&1; then',
    '    case $2 in *:*) a="[$2]" ;; *) a=$2 ;; esac',
    `    r=$(curl -sS --connect-timeout ${seconds} -m ${seconds + 1} "telnet://$a:$3" 2>&1 </dev/null); c=$?`,
    '    case $r in *"Operation timed out"*) c=0 ;; esac',
    '  else r=no-tool; c=126; fi',
    `  i=$1; set -- $r; echo "${marker} $i $c $*"`,
    '}',
    ...targets.flatMap(({ address, port, tries }, index) => [
      ...Array.from({ length: tries }, () => `p ${index} ${address} ${port} &`),
      ...(path === undefined ? [] : [`h ${index} ${address} ${port} &`]),
    ]),
    'wait',
  ].join('\n');
}

function httpFunction(path: string, marker: string): string[] {
  const seconds = CONNECT_SECONDS;
  const request = `GET ${path} HTTP/1.0\\r\\nHost: %s\\r\\nUser-Agent: plumb\\r\\nConnection: close\\r\\n\\r\\n`;
  return [
    'h() {',
    '  case $2 in *:*) a="[$2]" ;; *) a=$2 ;; esac',
    '  if command -v nc >/dev/null 2>&1; then',
    // What closes its side at once may be taken for a client that gave up.
    `    r=$({ printf '${request}' "$a"; sleep 1; } | nc -w ${seconds} "$2" "$3" 2>/dev/null | head -n 1 | tr -d '\\r')`,
    '  elif command -v curl >/dev/null 2>&1; then',
    `    r=$(curl -sS -o /dev/null -w 'HTTP/1.1 %{http_code}' --connect-timeout ${seconds} -m ${seconds + 1} "http://$a:$3${path}" 2>/dev/null)`,
    '  else return; fi',
    `  echo "${marker} $1 http $(echo $r)"`,
    '}',
  ];
}

/** Whether `path` may stand in a script and in a request: a path of a URL, with a query or without. */
export function isHttpPath(path: string): boolean {
  return /^\/[A-Za-z0-9._~/?&=+-]*$/.test(path);
}
