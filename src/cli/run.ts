import { CommanderError } from 'commander';
import { UserError } from '../model/user-error.ts';
import { arrangeArguments } from './arrange-arguments.ts';
import type { Host } from './host.ts';
import { createProgram } from './program.ts';

const wrongUse = 3;
const bug = 70;
/** What shells call a program that Ctrl-C ended. */
const interrupted = 130;

/**
 * Runs one command line to its end. Returns the exit code: 0 healthy (or help), 1 problem found, 2 undetermined, 3 wrong
 * use or unreachable input, 70 a bug, 130 ended by the user before there was an answer. Never throws.
 */
export async function run(host: Host): Promise<number> {
  const say = (line: string): unknown => host.stderr.write(`${host.name}: ${line}\n`);
  let exitCode = 0;
  try {
    const program = createProgram(host, (code) => {
      exitCode = code;
    });
    await program.parseAsync(arrangeArguments(host.args, program), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // Help was printed in place of an answer; 0 would say healthy to a script whose variable was empty.
      if (error.code === 'commander.help') return wrongUse;
      say(oneLine(error.message));
      return wrongUse;
    }
    if (error instanceof UserError && host.signal?.aborted === true) {
      say('ended before anything was read');
      return interrupted;
    }
    if (error instanceof UserError) {
      say(oneLine(error.hint === '' ? error.message : `${error.message}; ${error.hint}`));
      return wrongUse;
    }
    const message = error instanceof Error ? error.message : String(error);
    say(`this is a bug in Plumb, please report it: ${oneLine(message)}`);
    if (error instanceof Error && host.args.includes('-v')) host.stderr.write(`${error.stack ?? ''}\n`);
    else say('-v shows where it happened');
    return bug;
  }
}

/** What commander says, without its prefix and on one line; no control character of a file name reaches the terminal. */
function oneLine(message: string): string {
  return message
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\p{Cc}/gu, '?');
}
