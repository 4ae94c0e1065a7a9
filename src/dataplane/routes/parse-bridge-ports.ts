import { type Parsed, type TextSource, isJson, parseJsonRows, parseLines } from '../text-source.ts';
import type { BridgePort } from './routes.ts';

/** Bridge ports with their flags, of `bridge -d link`, text or `-j`. *Source:* bridge(8). */
export function parseBridgeLink(source: TextSource): Parsed<BridgePort> {
  if (isJson(source)) {
    const { items, issues } = parseJsonRows(source);
    return { items: items.map((row) => jsonPort(row, source.path)), issues };
  }
  const ports: { -readonly [Key in keyof BridgePort]: BridgePort[Key] }[] = [];
  const { issues } = parseLines(source, ({ text, number }) => {
    const heading = /^\d+: ([^:@\s]+)(?:@\S+?)?: .*$/.exec(text);
    if (heading) {
      const bridge = /\bmaster (\S+)/.exec(text)?.[1];
      const state = /\bstate (\S+)/.exec(text)?.[1];
      ports.push({
        name: heading[1] ?? '',
        source: source.path,
        line: number,
        ...(bridge ? { bridge } : {}),
        ...(state ? { state } : {}),
      });
      return undefined;
    }
    const port = ports.at(-1);
    if (!port || !/^\s/.test(text)) return { problem: 'is no bridge port' };
    const hairpin = /\bhairpin (on|off)\b/.exec(text)?.[1];
    const isolated = /\bisolated (on|off)\b/.exec(text)?.[1];
    if (hairpin) Object.assign(port, { hairpin: hairpin === 'on', line: number });
    if (isolated) port.isolated = isolated === 'on';
    return undefined;
  });
  return { items: ports, issues };
}

/** Hairpin flags from `/sys/class/net/PORT/brport/hairpin_mode`, a line a port: path, then 0 or 1. */
export function parseHairpinMode(source: TextSource): Parsed<BridgePort> {
  return parseLines<BridgePort>(source, ({ text, number }) => {
    const match = /([^/\s]+)\/brport\/hairpin_mode\s*[:= ]\s*([01])\s*$/.exec(text);
    if (!match) return { problem: 'is no hairpin_mode of a port' };
    return { name: match[1] ?? '', hairpin: match[2] === '1', source: source.path, line: number };
  });
}

function jsonPort(row: Record<string, unknown>, source: string): BridgePort {
  return {
    name: String(row['ifname']),
    source,
    line: 0,
    ...(typeof row['master'] === 'string' ? { bridge: row['master'] } : {}),
    ...(typeof row['state'] === 'string' ? { state: row['state'] } : {}),
    ...(typeof row['hairpin'] === 'boolean' ? { hairpin: row['hairpin'] } : {}),
    ...(typeof row['isolated'] === 'boolean' ? { isolated: row['isolated'] } : {}),
  };
}
