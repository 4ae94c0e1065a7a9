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

const WORD = /[A-Za-z0-9_-]+/;
const WORDS = new RegExp(WORD, 'g');

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
  const longestFirst = book.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const byWord = namesByWord(longestFirst);
  const of = (name: string): string => pseudonyms.get(name) ?? name;
  return { of, replaceIn: (text) => replaceNames(text, byWord, of), names: longestFirst };
}

/** A name that holds a word, and where in it the word stands. */
interface WordOfName {
  readonly name: string;
  readonly at: number;
}

/** Names by their first word, in the order given. */
function namesByWord(names: readonly string[]): ReadonlyMap<string, readonly WordOfName[]> {
  const byWord = new Map<string, WordOfName[]>();
  for (const name of names) {
    const found = name.match(WORD);
    if (found === null) continue;
    const [word] = found;
    const { index: at = 0 } = found;
    const own = byWord.get(word);
    if (own) own.push({ name, at });
    else byWord.set(word, [{ name, at }]);
  }
  return byWord;
}

/** `text` with each name replaced that stands as a word; of those that begin alike the first one of `byWord`. */
function replaceNames(
  text: string,
  byWord: ReadonlyMap<string, readonly WordOfName[]>,
  of: (name: string) => string,
): string {
  let made = '';
  let from = 0;
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    const found = byWord.get(word)?.find(({ name, at }) => {
      const start = index - at;
      const isAlone = !isWordAt(text, start - 1) && !isWordAt(text, start + name.length);
      return isAlone && start >= from && text.startsWith(name, start);
    });
    if (found === undefined) continue;
    const start = index - found.at;
    made += text.slice(from, start) + of(found.name);
    from = start + found.name.length;
  }
  return from === 0 ? text : made + text.slice(from);
}

function isWordAt(text: string, at: number): boolean {
  return WORD.test(text[at] ?? '');
}

/** A DNS label that says nothing, but keeps of a domain how many labels it has. */
function pseudonymOf(seed: string, name: string): string {
  const labelOf = (label: string): string => {
    const digest = sha256(`${seed} name ${label}`).subarray(0, 5);
    return `x${Array.from(digest, (byte) => byte.toString(36).padStart(2, '0')).join('')}`;
  };
  return name.split('.').map(labelOf).join('.');
}
