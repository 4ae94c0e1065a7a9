/** One server block of a Corefile. */
export interface ServerBlock {
  /** Zones it serves, lower case, without a trailing dot and without scheme or port; `.` is everything. */
  readonly zones: readonly string[];
  readonly port: number;
  readonly plugins: readonly Plugin[];
  /** 1-based. */
  readonly line: number;
}

/** A plugin with its arguments; what stands in its braces is kept as lines. */
export interface Plugin {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly body: readonly string[];
  readonly line: number;
}

/** What a Corefile holds. `problem` says where it is not closed. */
export interface Corefile {
  readonly blocks: readonly ServerBlock[];
  readonly problem?: string;
}

/** Reads a Corefile. *Source:* coredns/caddy Corefile syntax, coredns.io/manual/configuration. *Limits:* `import` and snippets are kept as plugins. */
export function parseCorefile(text: string): Corefile {
  const blocks: {
    zones: string[];
    port: number;
    plugins: { name: string; arguments: string[]; body: string[]; line: number }[];
    line: number;
  }[] = [];
  let depth = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') continue;
    const opens = line.endsWith('{');
    const words = (opens ? line.slice(0, -1) : line).trim().split(/\s+/).filter(Boolean);
    if (line === '}') depth--;
    else if (depth === 0) {
      const keys = words.map(readKey);
      blocks.push({
        zones: keys.map(({ zone }) => zone),
        port: keys[0]?.port ?? 53,
        plugins: [],
        line: index + 1,
      });
      depth = opens ? 1 : 0;
    } else if (depth === 1) {
      const [name = '', ...rest] = words;
      blocks.at(-1)?.plugins.push({ name, arguments: rest, body: [], line: index + 1 });
      if (opens) depth++;
    } else {
      blocks.at(-1)?.plugins.at(-1)?.body.push(line);
      if (opens) depth++;
    }
  }
  return depth === 0
    ? { blocks }
    : { blocks, problem: depth > 0 ? 'a brace is not closed' : 'a brace closes nothing' };
}

/** By scheme. *Source:* coredns core/dnsserver/address.go. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  dns: 53,
  tls: 853,
  quic: 853,
  grpc: 443,
  https: 443,
  https3: 443,
};

/** `dns://.:53`, `cluster.local.`, `.:53`. */
function readKey(text: string): { zone: string; port: number } {
  const [, scheme = 'dns', name = '.', port] = /^(?:(\w+):\/\/)?(.*?)(?::(\d+))?$/.exec(text) ?? [];
  const zone = name.toLowerCase().replace(/\.$/, '');
  return { zone: zone === '' ? '.' : zone, port: Number(port ?? DEFAULT_PORTS[scheme] ?? 53) };
}

/** The zones that the plugin `kubernetes` serves on `ports` (any where none are given), lower case; those of the block where it names none. */
export function kubernetesZones({ blocks }: Corefile, ports?: ReadonlySet<number>): string[] {
  return blocks
    .filter(({ port }) => ports?.has(port) ?? true)
    .flatMap(({ zones, plugins }) =>
      plugins
        .filter(({ name }) => name === 'kubernetes')
        .flatMap((plugin) =>
          plugin.arguments.length > 0
            ? plugin.arguments.map((zone) => zone.toLowerCase().replace(/\.$/, ''))
            : zones,
        ),
    )
    .filter((zone) => !/in-addr\.arpa$|ip6\.arpa$/.test(zone));
}
