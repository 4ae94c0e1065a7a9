import { parseIp } from '../../model/address.ts';
import { type Parsed, type TextSource, isJson, mapRows, parseJsonRows, parseLines } from '../text-source.ts';
import type { Neighbour } from './routes.ts';

/** Neighbour entries of `ip neigh`, text or `-j`. *Source:* ip-neighbour(8). */
export function parseIpNeigh(source: TextSource): Parsed<Neighbour> {
  if (isJson(source)) {
    return mapRows(source, parseJsonRows(source), 'is no neighbour entry', jsonNeighbour);
  }
  return parseLines<Neighbour>(source, ({ text }) => {
    const words = text.trim().split(/\s+/);
    const address = parseIp(words[0] ?? '');
    const device = words[words.indexOf('dev') + 1];
    if (address === undefined || words[1] !== 'dev' || device === undefined)
      return { problem: 'is no neighbour entry' };
    const at = words.indexOf('lladdr');
    const lladdr = at < 0 ? undefined : words[at + 1];
    return { address, device, state: words.at(-1) ?? '', ...(lladdr === undefined ? {} : { lladdr }) };
  });
}

function jsonNeighbour(row: Record<string, unknown>): Neighbour | undefined {
  const address = parseIp(String(row['dst'] ?? ''));
  if (address === undefined) return undefined;
  const [state = ''] = Array.isArray(row['state']) ? row['state'].map(String) : [String(row['state'] ?? '')];
  return {
    address,
    device: String(row['dev'] ?? ''),
    state,
    ...(typeof row['lladdr'] === 'string' ? { lladdr: row['lladdr'] } : {}),
  };
}
