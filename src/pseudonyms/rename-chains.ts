import { endpointChain, hashName, nftEndpointBase, nftServiceBase, serviceHash } from '../kubeproxy/names.ts';
import { type Ip, parseIp } from '../model/address.ts';
import { done } from './done.ts';
import type { NameBook } from './name-book.ts';

/** A Service port as kube-proxy names it. */
export interface PortName {
  /** `namespace/name`. */
  readonly service: string;
  /** Empty where the port has none. */
  readonly port: string;
}

const CHAIN = /\bKUBE-(SVC|SVL|EXT|FW|XLB|SEP)-([A-Z2-7]{16})\b/g;
const NFT_NAME =
  /\b(service|local|external|firewall|endpoint|affinity)-[A-Z2-7]{8}-([a-z0-9-]+)\/([a-z0-9.-]+)\/(tcp|udp|sctp)\/([a-z0-9-]*)(?:__([0-9a-f.]+)\/(\d+))?/g;
const DESTINATION = /--to-destination\s+(\[?[0-9a-f.:]+\]?):(\d+)/i;

/** Service ports, with a protocol, by the hash that the iptables mode names their chains with. */
export type PortsByHash = ReadonlyMap<string, { readonly port: PortName; readonly protocol: string }>;

/** `ports` by the hashes of their chains. */
export function portsByHash(ports: readonly PortName[]): PortsByHash {
  return new Map(
    ports.flatMap((port) =>
      ['tcp', 'udp', 'sctp'].map(
        (protocol) => [serviceHash(port.service, port.port, protocol), { port, protocol }] as const,
      ),
    ),
  );
}

/** How names that kube-proxy derives from others follow them. */
export interface Renaming {
  readonly ports: PortsByHash;
  readonly book: NameBook;
  readonly permute: (address: Ip) => Ip;
  readonly seed: string;
}

/**
 * `text` (rules in any form) with the chains, maps and sets of kube-proxy named as it would name them for the new names. A hash that no
 * Service port explains becomes another hash, the same everywhere. Names with addresses in them are marked as done.
 */
export function renameChains(text: string, renaming: Renaming): string {
  const { book, permute, seed } = renaming;
  const chains = chainNames(text, renaming);
  return text
    .replace(
      CHAIN,
      (chain, kind: string, hash: string) =>
        chains.get(chain) ?? `KUBE-${kind}-${hashName(`${seed} chain ${hash}`, 16)}`,
    )
    .replace(
      NFT_NAME,
      (
        _all,
        kind: string,
        namespace: string,
        name: string,
        protocol: string,
        port: string,
        host?: string,
        number?: string,
      ) => {
        const service = `${book.of(namespace)}/${book.of(name)}`;
        const address =
          host === undefined ? undefined : (parseIp(host) ?? parseIp(host.replaceAll('.', ':')));
        return address === undefined
          ? `${kind}-${nftServiceBase(service, book.of(port), protocol)}`
          : done(
              `${kind}-${nftEndpointBase(service, book.of(port), protocol, permute(address), Number(number))}`,
            );
      },
    );
}

/** The new name of each chain of the iptables mode that the Service ports explain. */
function chainNames(text: string, { ports, book, permute }: Renaming): Map<string, string> {
  const names = new Map<string, string>();
  const renamed = (service: string): string =>
    service
      .split('/')
      .map((part) => book.of(part))
      .join('/');
  const owners = new Map<string, { readonly port: PortName; readonly protocol: string }>();
  for (const [chain, kind, hash = ''] of text.matchAll(CHAIN)) {
    const owner = names.has(chain) ? undefined : ports.get(hash);
    if (owner === undefined) continue;
    const { port, protocol } = owner;
    names.set(chain, `KUBE-${kind}-${serviceHash(renamed(port.service), book.of(port.port), protocol)}`);
    owners.set(chain, owner);
  }
  if (owners.size === 0) return names;
  const { destinations, callers } = structureOf(text);
  for (const [chain, { address, port: number }] of destinations) {
    for (const caller of callers.get(chain) ?? []) {
      const owner = owners.get(caller);
      if (owner === undefined) continue;
      const { port, protocol } = owner;
      if (endpointChain(port.service, port.port, protocol, address, number) !== chain) continue;
      names.set(
        chain,
        endpointChain(renamed(port.service), book.of(port.port), protocol, permute(address), number),
      );
    }
  }
  return names;
}

interface Structure {
  /** Where the chain of an endpoint sends. */
  readonly destinations: ReadonlyMap<string, { readonly address: Ip; readonly port: number }>;
  /** Which chains jump to it. */
  readonly callers: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Who jumps to which endpoint's chain, and where those send, in what iptables-save prints. */
function structureOf(text: string): Structure {
  const destinations = new Map<string, { address: Ip; port: number }>();
  const callers = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const from = /-A (KUBE-\S+)/.exec(line)?.[1];
    if (from === undefined) continue;
    const to = /-[jg] (KUBE-SEP-\S+)/.exec(line)?.[1];
    if (to !== undefined) callers.set(to, (callers.get(to) ?? new Set()).add(from));
    const [, host = '', number] = DESTINATION.exec(line) ?? [];
    const address = parseIp(host.replace(/[[\]]/g, ''));
    if (from.startsWith('KUBE-SEP-') && address !== undefined)
      destinations.set(from, { address, port: Number(number) });
  }
  return { destinations, callers };
}
