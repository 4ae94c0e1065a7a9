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

/**
 * A script for `sh -c` that runs the readings one after the other and prints each between lines that begin with `marker`, on standard output
 * and standard error alike. It writes no file. A tool that is missing prints nothing.
 */
export function streamScript(readings: readonly NodeReading[], marker: string): string {
  return [
    'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin',
    'limit=; timeout 15 true 2>/dev/null && limit="timeout 15"',
    `begin() { echo "${marker} begin $1"; echo "${marker} begin $1" >&2; }`,
    `end() { echo; echo "${marker} end $1"; }`,
    't() { f=$1; shift; command -v "$1" >/dev/null 2>&1 || return 127; begin "$f $*"; $limit "$@" </dev/null; c=$?; end $c; return $c; }',
    ...readings.map(({ ways, onlyWith }) => {
      const tried = ways.map(({ file, argv }) => `t ${file} ${argv.join(' ')}`).join(' || ');
      return onlyWith === undefined ? tried : `[ ! -r ${onlyWith} ] || ${tried}`;
    }),
    ...shellOnly.map(
      ({ file, script, command }) =>
        `begin '${file} ${command}'; { ${script}\n} 2>/dev/null </dev/null; end 0`,
    ),
    'exit 0',
  ].join('\n');
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
export function readStream(stdout: Uint8Array, stderr: string, marker: string): StreamedOutput[] {
  const bytes = Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength);
  const errors = errorsOf(stderr, marker);
  const outputs: StreamedOutput[] = [];
  let at = bytes.indexOf(`${marker} begin `);
  while (at >= 0) {
    const headEnd = bytes.indexOf('\n', at);
    if (headEnd < 0) break;
    const head = decoder.decode(bytes.subarray(at + marker.length + 7, headEnd));
    const [file = '', ...words] = head.split(' ');
    // The script prints a line feed of its own before the end.
    const end = bytes.indexOf(`\n${marker} end `, headEnd);
    const code =
      end < 0
        ? undefined
        : /^\d+/.exec(decoder.decode(bytes.subarray(end + marker.length + 6, end + marker.length + 12)));
    outputs.push({
      file,
      command: words.join(' '),
      exitCode: Number(code?.[0] ?? -1),
      stdout: bytes.subarray(headEnd + 1, end < 0 ? bytes.length : end),
      stderr: errors.get(head) ?? '',
      isComplete: end >= 0,
    });
    at = end < 0 ? -1 : bytes.indexOf(`${marker} begin `, end);
  }
  return outputs;
}

function errorsOf(stderr: string, marker: string): Map<string, string> {
  const parts = stderr.split(`${marker} begin `).slice(1);
  return new Map(
    parts.map((part) => {
      const line = part.indexOf('\n');
      return [
        part.slice(0, line < 0 ? part.length : line),
        line < 0 ? '' : part.slice(line + 1).trim(),
      ] as const;
    }),
  );
}
