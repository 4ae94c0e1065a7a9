import { type Ip, parseIp } from '../../src/model/address.ts';

/** A virtual server of IPVS. */
export interface JudgedServer {
  /** Scheduler and persistence, as printed. */
  readonly options: string;
  readonly reals: readonly { readonly address: Ip; readonly port: number; readonly weight: number }[];
}

/** Virtual servers by `protocol address:port`, the address as a number. */
export type JudgedServers = ReadonlyMap<string, JudgedServer>;

/** The virtual servers of `ipvsadm-save -n`. */
export function readServers(lines: readonly string[]): JudgedServers {
  const servers = new Map<string, { options: string; reals: JudgedServer['reals'][number][] }>();
  for (const line of lines) {
    const [word, kind, at = '', ...options] = line.split(' ');
    const key = `${kind === '-u' ? 'udp' : 'tcp'} ${ends(at).address}:${ends(at).port}`;
    if (word === '-A') servers.set(key, { options: options.join(' '), reals: [] });
    if (word !== '-a') continue;
    const weight = Number(options[options.indexOf('-w') + 1]);
    servers.get(key)?.reals.push({ ...ends(options[1] ?? ''), weight });
  }
  return servers;
}

function ends(text: string): { address: Ip; port: number } {
  const [address = '', port] = text.split(':');
  return { address: parseIp(address) ?? 0, port: Number(port) };
}
