import { describe, expect, it } from 'vitest';
import type { Host } from './host.ts';
import type { DrawingOptions } from './options.ts';
import { styleOf } from './style-of.ts';

function style(
  env: Host['env'],
  options: Partial<DrawingOptions> = {},
  stdout: Partial<Host['stdout']> = { isTTY: true, columns: 100 },
): ReturnType<typeof styleOf> {
  const write = (): void => {};
  const host: Host = { args: [], name: 'plumb', env, stdout: { write, ...stdout }, stderr: { write } };
  return styleOf(host, { output: 'text', color: 'auto', ...options });
}

describe('colour', () => {
  it('is for terminals', () => {
    expect(style({}).hasColour).toBe(true);
    expect(style({}, {}, {}).hasColour).toBe(false);
    expect(style({ TERM: 'dumb' }).hasColour).toBe(false);
  });

  it('is refused by NO_COLOR, unless that is empty', () => {
    expect(style({ NO_COLOR: '1' }).hasColour).toBe(false);
    expect(style({ NO_COLOR: '' }).hasColour).toBe(true);
  });

  it('is what --color says before all', () => {
    expect(style({ NO_COLOR: '1' }, { color: 'always' }, {}).hasColour).toBe(true);
    expect(style({}, { color: 'never' }).hasColour).toBe(false);
  });
});

describe('ASCII', () => {
  it.each([
    [{}, false],
    [{ LANG: 'en_US.UTF-8' }, false],
    [{ LANG: 'C.utf8' }, false],
    [{ LANG: 'C' }, true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, true],
    [{ LANG: 'C', LC_ALL: 'de_DE.UTF-8' }, false],
  ])('%j: %s', (env, isAscii) => {
    expect(style(env).isAscii).toBe(isAscii);
  });

  it('is what --ascii asks for', () => {
    expect(style({}, { ascii: true }).isAscii).toBe(true);
  });
});

describe('width', () => {
  it('is the terminal, 80 in a pipe, and never less than a table needs', () => {
    expect(style({}).width).toBe(100);
    expect(style({}, {}, {}).width).toBe(80);
    expect(style({}, {}, { columns: 10 }).width).toBe(40);
  });
});
