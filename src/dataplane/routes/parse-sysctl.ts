import { type Parsed, type TextSource, parseLines } from '../text-source.ts';

/**
 * Settings of `sysctl -a`, or of `grep . /proc/sys/net/…`: name and value. The dots that tell parts of a name and those of an interface are the same
 * here. Lines that say a key could not be read are left out.
 */
export function parseSysctl(source: TextSource): Parsed<readonly [name: string, value: string]> {
  return parseLines<readonly [name: string, value: string]>(source, ({ text }) => {
    if (text.startsWith('sysctl: ')) return undefined;
    const line = text.trim();
    const file = /^\/proc\/sys\/([^:=]+):(.*)$/.exec(line);
    const match = file ?? /^([\w./@:*-]+)\s*=\s*(.*)$/.exec(line);
    if (!match) return { problem: 'is no sysctl setting' };
    return [(match[1] ?? '').replaceAll('/', '.'), (match[2] ?? '').trim()] as const;
  });
}
