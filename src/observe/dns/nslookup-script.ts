import { atOnce } from '../shell/at-once.ts';

/** A question to one server. */
export interface ServerQuestion {
  readonly name: string;
  readonly type: string;
  readonly server: string;
}

/** A server is asked twice (busybox; three times by BIND's) and given so many seconds to answer. */
const ANSWER_SECONDS = 3;

/**
 * A script for `sh -c` that asks all at once with `nslookup` and prints for each a line, `marker` and its number, and what it said; `marker none` where there is
 * no such tool. Names end with a dot, which keeps the search list out of it. *Source:* nslookup(1) of bind9, busybox networking/nslookup.c.
 */
export function nslookupScript(asked: readonly ServerQuestion[], marker: string): string {
  const options = `-timeout=${ANSWER_SECONDS} -retry=2`;
  const questions = asked.map(
    ({ name, type, server }, index) =>
      `echo "${marker} ${index}"; nslookup ${options} -type=${quoted(type)} ${quoted(`${name}.`)} ${quoted(server)} 2>&1; echo`,
  );
  return `command -v nslookup >/dev/null 2>&1 || { echo "${marker} none"; exit; }\n${atOnce(questions)}`;
}

/** What was said to each question, by its number; undefined where it was not asked. */
export function readNslookups(
  text: string,
  asked: readonly ServerQuestion[],
  marker: string,
): (string | undefined)[] {
  const said = new Map(
    text
      .split(`${marker} `)
      .slice(1)
      .map((part) => {
        const line = part.indexOf('\n');
        return [part.slice(0, line), part.slice(line + 1)] as const;
      }),
  );
  return asked.map((_, index) => said.get(String(index)));
}

/** One word of a shell, whatever it holds. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
