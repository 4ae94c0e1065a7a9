import { type Style, createStyle } from '../report/style.ts';
import type { Host } from './host.ts';
import type { DrawingOptions } from './options.ts';

/** Columns where no terminal says how many, and the fewest that a table is drawn for. */
const usualWidth = 80;
const leastWidth = 40;

/** How to draw for this terminal: `--color` before `NO_COLOR` (no-color.org) before what the terminal is. */
export function styleOf(host: Host, options: DrawingOptions): Style {
  return createStyle({
    width: Math.max(leastWidth, host.stdout.columns ?? usualWidth),
    hasColour: hasColour(host, options),
    isAscii: options.ascii === true || !isUtf8(host.env),
    isVerbose: options.verbose === true,
  });
}

function hasColour({ env, stdout }: Host, { color }: DrawingOptions): boolean {
  if (color !== 'auto') return color === 'always';
  const isRefused = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return stdout.isTTY === true && !isRefused && env['TERM'] !== 'dumb';
}

/** Whether the locale says UTF-8. Where no locale is set at all, as in most containers, terminals today are UTF-8. */
function isUtf8(env: Host['env']): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale === undefined || /utf-?8/i.test(locale);
}
