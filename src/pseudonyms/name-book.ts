import { sha256 } from '../model/sha256.ts';

/** Names that everybody's cluster has, and words of the formats that names may collide with: they say nothing, and they stay. */
const COMMON = new Set(
  `default kube-system kube-public kube-node-lease kubernetes kube-dns kube-proxy coredns node-local-dns kube-root-ca.crt
  cluster.local cluster local svc pod pods node nodes service services dns dns-tcp metrics search nameserver options ndots
  tcp udp sctp http https ip ip6 inet filter nat mangle raw accept drop reject return jump linux windows amd64 arm64 true false
  control-plane worker master iptables nftables ipvs comment chain table rule set map endpoint app name info error warning`.split(
    /\s+/,
  ),
);

/** Which name stands for which. The same name always gets the same pseudonym. */
export interface NameBook {
  /** The pseudonym of `name`; the name itself where it says nothing. */
  readonly of: (name: string) => string;
  /** `text` with every name in it replaced, wherever it stands as a word. */
  readonly replaceIn: (text: string) => string;
  /** The names that are replaced. */
  readonly names: readonly string[];
}

/** A book of `names`, by `seed`. A name that is used as a word of a format, or is only digits, is left out. */
export function nameBook(seed: string, names: Iterable<string>): NameBook {
  const pseudonyms = new Map<string, string>();
  const book = [...new Set(names)].filter(
    (name) => name.length > 1 && !/^[\d.]+$/.test(name) && !COMMON.has(name),
  );
  for (const name of book) pseudonyms.set(name, pseudonymOf(seed, name));
  // Longer names first: `web` stands in `web-5c67`.
  const sorted = book.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const pattern =
    sorted.length === 0
      ? undefined
      : new RegExp(`(?<![A-Za-z0-9_-])(?:${sorted.map(escaped).join('|')})(?![A-Za-z0-9_-])`, 'g');
  return {
    of: (name) => pseudonyms.get(name) ?? name,
    replaceIn: (text) => (pattern ? text.replace(pattern, (name) => pseudonyms.get(name) ?? name) : text),
    names: sorted,
  };
}

/** A DNS label that says nothing, but keeps of a domain how many labels it has. */
function pseudonymOf(seed: string, name: string): string {
  const labelOf = (label: string): string => {
    const digest = sha256(`${seed} name ${label}`).subarray(0, 5);
    return `x${Array.from(digest, (byte) => byte.toString(36).padStart(2, '0')).join('')}`;
  };
  return name.split('.').map(labelOf).join('.');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
