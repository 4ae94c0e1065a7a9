import { type Parsed, type TextSource, parseLines } from '../text-source.ts';

/** Settings of `sysctl -a`: dotted name and value. Lines that say a key could not be read are left out. */
export function parseSysctl(source: TextSource): Parsed<readonly [name: string, value: string]> {
  return parseLines<readonly [name: string, value: string]>(source, ({ text }) => {
    if (text.startsWith('sysctl: ')) return undefined;
    const match = /^([\w./@:*-]+)\s*=\s*(.*)$/.exec(text.trim());
    if (!match) return { problem: 'is no sysctl setting' };
    const name = match[1] ?? '';
    return [name.includes('.') ? name : name.replaceAll('/', '.'), (match[2] ?? '').trim()] as const;
  });
}
