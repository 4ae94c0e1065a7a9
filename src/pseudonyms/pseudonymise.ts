import type { Gap } from '../model/evidence.ts';
import { type Snapshot, type Source, aboutOf, textOf } from '../snapshot/snapshot.ts';
import { collectNames } from './collect-names.ts';
import { type NameBook, nameBook } from './name-book.ts';
import { permuteAddress } from './permute-address.ts';
import { objectsIn } from './objects-in.ts';
import { type PortName, type Renaming, portsByHash, renameChains } from './rename-chains.ts';
import { replaceAddresses } from './replace-addresses.ts';
import { replaceInJson } from './replace-in-json.ts';

/** Dumps of rules: a name in them stands in comments, or in the names that kube-proxy makes. */
const RULES = new Set<Source['kind']>([
  'iptables-save',
  'iptables-list-rules',
  'iptables-list',
  'nft-text',
  'nft-json',
  'ipvsadm-list',
  'ipvsadm-save',
  'proc-ip-vs',
  'ipset-save',
  'ipset-list',
]);

/** Comments of iptables (`--comment "…"`, `/* … *\/` of -L), nft (`comment "…"`) and its JSON (`"comment": "…"`). */
const COMMENT =
  /((?:--)?comment\s+"(?:[^"\\]|\\.)*")|(--comment\s+[^\s"]+)|("comment":\s*"(?:[^"\\]|\\.)*")|(\/\*.*?\*\/)/g;

const encoder = new TextEncoder();

/**
 * `snapshot` with names and addresses replaced by pseudonyms that the same `seed` always gives: equal stays equal, subnets stay subnets with their hosts inside, and rules
 * stay the rules that kube-proxy would write for the new names, so that the answer about it is the same. *Limits:* ranges (`a-b`) of addresses may
 * lose their order; words of logs and events that are no name of an object stay.
 */
export function pseudonymise(snapshot: Snapshot, seed: string): Snapshot {
  const book = nameBook(seed, collectNames(snapshot.sources));
  const permute = permuteAddress(seed);
  const change: Renaming = { book, permute, seed, ports: portsByHash(portsOf(snapshot.sources)) };
  return {
    ...snapshot,
    sources: snapshot.sources.map((source) => changeSource(source, change)),
    gaps: snapshot.gaps.map((gap) => changeGap(gap, change)),
  };
}

function changeSource(source: Source, change: Renaming): Source {
  const { book } = change;
  const { node, pod, namespaces, command, stderr, path, ...rest } = aboutOf(source);
  return {
    ...rest,
    path: changePath(path, change),
    // When it is asked for: all of a large cluster at once is more than memory should hold.
    get bytes() {
      return encoder.encode(changeText(source, change));
    },
    ...(node === undefined ? {} : { node: book.of(node) }),
    ...(pod === undefined ? {} : { pod: changePair(pod, book) }),
    ...(namespaces === undefined ? {} : { namespaces: namespaces.map((name) => book.of(name)) }),
    ...(command === undefined ? {} : { command: changeWords(command, change) }),
    ...(stderr === undefined ? {} : { stderr: changeWords(stderr, change) }),
  };
}

function changeText(source: Source, change: Renaming): string {
  const { book, permute, seed } = change;
  const text = textOf(source);
  const objects = source.kind === 'kubernetes' ? objectsIn(source) : undefined;
  if (objects !== undefined) {
    // Most strings of a list are those of its other objects: images, labels, node names.
    const known = new Map<string, string>();
    return replaceInJson(objects, (word) => {
      let changed = known.get(word);
      if (changed === undefined) known.set(word, (changed = changeWords(word, change)));
      return changed;
    });
  }
  if (!RULES.has(source.kind)) return changeWords(text, change);
  const renamed = renameChains(text, change);
  const commented = renamed.replace(COMMENT, (comment) => book.replaceIn(comment));
  return replaceAddresses(commented, permute, seed, source.kind === 'proc-ip-vs');
}

function changeWords(text: string, change: Renaming): string {
  const { book, permute, seed } = change;
  return replaceAddresses(book.replaceIn(renameChains(text, change)), permute, seed);
}

/** `namespace/name`. */
function changePair(text: string, book: NameBook): string {
  return text
    .split('/')
    .map((part) => book.of(part))
    .join('/');
}

/** Folders and files may be called after nodes, namespaces and pods (`pods/shop_web-1.log`). */
function changePath(path: string, change: Renaming): string {
  const { book } = change;
  const parts = path.split('/').map((part) => {
    const [stem = '', ...extension] = /^(.+?)(\.[a-z]+)?$/.exec(part)?.slice(1) ?? [part];
    return `${stem
      .split('_')
      .map((name) => book.of(name))
      .join('_')}${extension.join('')}`;
  });
  return parts.map((part) => book.of(part)).join('/');
}

function changeGap(gap: Gap, change: Renaming): Gap {
  const { node, what, why, unlock } = gap;
  return {
    what: changeWords(what, change),
    why: changeWords(why, change),
    unlock: changeWords(unlock, change),
    ...(node === undefined ? {} : { node: change.book.of(node) }),
  };
}

/** The Service ports that kube-proxy may have named chains after: of the objects, and of comments about Services that are gone. */
function portsOf(sources: readonly Source[]): PortName[] {
  const ports = new Map<string, PortName>();
  const add = (service: string, port: string): void =>
    void ports.set(`${service}:${port}`, { service, port });
  for (const source of sources) {
    if (source.kind === 'kubernetes')
      for (const { service, port } of servicePorts(source)) add(service, port);
    if (source.kind !== 'iptables-save' && source.kind !== 'iptables-list-rules') continue;
    for (const [, service = '', port = ''] of textOf(source).matchAll(
      /comment "?([a-z0-9-]+\/[a-z0-9.-]+)(?::([a-z0-9-]+))?/g,
    ))
      add(service, port);
  }
  return [...ports.values()];
}

function servicePorts(source: Source): PortName[] {
  const root = (objectsIn(source) ?? { items: [] }) as { readonly items?: readonly unknown[] | null };
  return (root.items ?? [root]).flatMap((item) => {
    const { metadata, spec } = item as {
      metadata?: { name?: string; namespace?: string };
      spec?: { clusterIP?: string; ports?: readonly { name?: string }[] };
    };
    if (spec?.clusterIP === undefined) return [];
    return (spec.ports ?? []).map(({ name = '' }) => ({
      service: `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`,
      port: name,
    }));
  });
}
