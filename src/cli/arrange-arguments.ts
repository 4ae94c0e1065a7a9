import type { Command } from 'commander';
import { nearestName } from '../model/nearest-name.ts';
import { UserError } from '../model/user-error.ts';

/** The kinds that may stand before a Service's name, as kubectl takes them. */
const serviceKinds: ReadonlySet<string> = new Set(['svc', 'service', 'services']);

/**
 * `args` with the command in front, wherever it stood (`-n shop audit`), and `check` where only a Service was named
 * (`svc/web`, `svc web`, `-n shop svc/web`). Throws a `UserError` where the first word is neither.
 */
export function arrangeArguments(args: readonly string[], program: Command): string[] {
  const commands = new Map(program.commands.map((command) => [command.name(), command]));
  const takesValue = new Set(
    program.commands.flatMap((command) =>
      command.options
        .filter((option) => option.required)
        .flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
    ),
  );
  const operands: number[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-')) operands.push(index);
    else if (takesValue.has(word)) index++;
  }
  const [first, second] = operands;
  if (first === undefined) return needsSubject(args) ? ['check', ...args] : [...args];
  const word = args[first] ?? '';
  const without = args.filter((_, index) => index !== first);
  if (commands.has(word) || word === 'help') return [word, ...without];
  if (serviceKinds.has(word) && second !== undefined) {
    const joined = `${word}/${args[second] ?? ''}`;
    return ['check', joined, ...args.filter((_, index) => index !== first && index !== second)];
  }
  if (word.includes('/')) return ['check', ...args];
  const near = nearestName(word, commands.keys());
  throw new UserError(
    `"${word}" is neither a command nor a Service`,
    near === undefined
      ? `for the Service of that name say svc/${word}`
      : `did you mean ${near}, or the Service svc/${word}?`,
  );
}

/** Whether options alone are a question without its subject; help and version are not. */
function needsSubject(args: readonly string[]): boolean {
  return args.length > 0 && !args.some((arg) => ['-h', '--help', '-V', '--version'].includes(arg));
}
