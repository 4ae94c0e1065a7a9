import { bridgeScript } from './bridge-script.ts';
import type { NodeReading } from './node-readings.ts';
import { settingsScript } from './settings-script.ts';

/** What one command printed, as the stream tells it. */
export interface StreamedOutput {
  readonly file: string;
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  /** False where the stream ended before the command did. */
  readonly isComplete: boolean;
}

/** Tables of connections beyond so many entries (3 MB) are listed in part where a part is enough. */
const MOST_CONNECTIONS = 20_000;

/** Which connections are listed of a long table. */
export interface ListedConnections {
  /** What they are of, as it is told. */
  readonly of?: string;
  /** Addresses, and `dport=PORT`: one of them stands in every line that is listed. None: all are listed. */
  readonly words?: readonly string[];
  /** Tables of at most so many entries are listed whole. */
  readonly above?: number;
}

/**
 * A script for `sh -c` that runs the readings one after the other and prints each between lines that begin with `marker`, and after it what it wrote to standard error. It writes
 * no file. A tool that is missing prints nothing. Every write on its way to here passes five programs, so it writes seldom: the end of a reading with the beginning of the next, and what `nft`
 * flushes word by word in blocks. *Source:* nft_print, nftables src/libnftables.c.
 */
export function streamScript(
  readings: readonly NodeReading[],
  marker: string,
  { words = [], above = MOST_CONNECTIONS }: ListedConnections = {},
): string {
  return [
    'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin',
    // That of busybox, which knows no version, leaves a process behind that nobody waits for where the container's first process is no init, as in kube-proxy's.
    'limit=; timeout --version >/dev/null 2>&1 && limit="timeout 15"',
    // An echo may take backslashes for more than they are.
    "say=echo; command -v printf >/dev/null 2>&1 && say='printf %s\\n'",
    'exec 3>&1; p= h= via="sed -n p"',
    `begin() { $say "$p${marker} begin $1$h"; }`,
    `end() { p="\n${marker} end $1\n$e\n"; }`,
    'has() { command -v "$1" >/dev/null 2>&1; }',
    't() { f=$1; shift; has "$1" || return 127; begin "$f $*"; e=$(exec $limit "$@" 2>&1 >&3 3>&- </dev/null); c=$?; end $c; return $c; }',
    // In a pipe the exit code is lost, so that it goes the way of standard error, as the last line.
    `b() { f=$1; shift; has "$1" || return 127; begin "$f $*"; e=$({ { $limit "$@" 3>&-; echo $? >&2; } | $via >&3; } 2>&1 </dev/null); c=\${e##*\n}; e=\${e%"$c"}; end $c; return $c; }`,
    'has sed || b() { t "$@"; }',
    ...listInPart(words, above),
    // What needs no asking has been asked with nothing to tell: no other container is asked for it.
    'none() { begin "$1"; e=; end 0; }',
    ...readings.map(scriptOf),
    'e=',
    ...shellOnly.map(
      ({ file, script, command }) =>
        `begin '${file} ${command}'; { ${script}\n} 2>/dev/null </dev/null; end 0`,
    ),
    '$say "$p"',
    'exit 0',
  ].join('\n');
}

/** How a program is run whose output passes another one. */
const FUNCTIONS: Readonly<Record<string, string>> = { 'nft list': 'b', 'conntrack -L': 'k' };

/** How a listing begins that is not of the whole table. */
export const IN_PART = '# conntrack -L | ';

/** The function that lists connections; what it leaves out is said by the first line of what it prints. */
function listInPart(words: readonly string[], above: number): string[] {
  if (words.length === 0) return ['k() { t "$@"; }'];
  return [
    // Not `read`, which takes a byte at a time: the kernel gives only the first.
    'n=$(cat /proc/sys/net/netfilter/nf_conntrack_count 2>/dev/null)',
    `k() { [ "\${n:-0}" -gt ${above} ] && has grep && has sed || { t "$@"; return; }`,
    `via="grep -Fw -e ${words.join(' -e ')}"; h="\n${IN_PART}$via"; b "$@"; c=$?; via="sed -n p" h=; return $c; }`,
  ];
}

function scriptOf({ ways, onlyWith, toldBy }: NodeReading): string {
  const commands = ways.map(({ file, argv }) => ({ file, argv, words: `${file} ${argv.join(' ')}` }));
  const tried = commands
    .map(({ argv, words }) => `${FUNCTIONS[`${argv[0]} ${argv[1]}`] ?? 't'} ${words}`)
    .join(' || ');
  const none = `none '${commands[0]?.words}'`;
  if (toldBy !== undefined)
    return `case \${e##*${toldBy.name}} in ${toldBy.versions}) ${none} ;; *) ${tried} ;; esac`;
  if (onlyWith === undefined) return tried;
  return `if [ -r ${onlyWith} ]; then ${tried}; elif [ ! -e ${onlyWith} ]; then ${none}; fi`;
}

/** What takes a shell: wildcards and several files. Empty outputs are dropped by whoever reads the stream. */
const shellOnly = [
  {
    file: 'hairpin.txt',
    command: 'grep . /sys/class/net/*/brport/hairpin_mode',
    script: 'grep . /sys/class/net/*/brport/hairpin_mode /dev/null',
  },
  {
    file: 'bridge-fdb.txt',
    command: 'od /sys/class/net/*/brforward',
    script: bridgeScript,
  },
  {
    file: 'sysctl.txt',
    command: 'grep . /proc/sys/net/*',
    script: settingsScript,
  },
  { file: 'date.txt', command: 'date -u', script: 'date -u +%Y-%m-%dT%H:%M:%SZ' },
] as const;

const decoder = new TextDecoder();

/** Takes the stream of `streamScript` apart. What is not between markers is no output of a command. */
export function readStream(stdout: Uint8Array, marker: string): StreamedOutput[] {
  const bytes = Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength);
  const outputs: StreamedOutput[] = [];
  let at = bytes.indexOf(`${marker} begin `);
  while (at >= 0) {
    const headEnd = bytes.indexOf('\n', at);
    if (headEnd < 0) break;
    const head = decoder.decode(bytes.subarray(at + marker.length + 7, headEnd));
    const [file = '', ...words] = head.split(' ');
    // The script prints a line feed of its own before the end.
    const end = bytes.indexOf(`\n${marker} end `, headEnd);
    const next = end < 0 ? -1 : bytes.indexOf(`${marker} begin `, end);
    const tail = bytes.subarray(end < 0 ? bytes.length : end, next < 0 ? bytes.length : next);
    const [code = '-1', ...errors] = decoder.decode(tail.subarray(marker.length + 6)).split('\n');
    outputs.push({
      file,
      command: words.join(' '),
      exitCode: end < 0 ? -1 : Number(code),
      stdout: bytes.subarray(headEnd + 1, end < 0 ? bytes.length : end),
      stderr: errors.join('\n').trim(),
      isComplete: end >= 0,
    });
    at = next;
  }
  return outputs;
}
