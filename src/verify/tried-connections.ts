import { formatIp } from '../model/address.ts';
import type { Ip } from '../model/address.ts';
import type { ProbeObservation } from '../model/observation.ts';
import { byKey } from '../model/by-key.ts';
import { PROTOCOL, type Protocol } from '../model/protocol.ts';
import type { Vantage } from '../model/vantage.ts';
import type { Sourced } from '../world/read-observations.ts';
import type { World } from '../world/world.ts';

/** How often connections of a client to an address were tried, or questions by UDP sent, and how they ended. */
export interface TriedConnections {
  readonly tries: number;
  readonly connected: number;
  /** The results that are no connection, most frequent first; tools that broke say nothing and are left out. */
  readonly failures: readonly string[];
  readonly source: string;
  /** `pod shop/client by exec`. */
  readonly from: string;
}

const NAMES: ReadonlyMap<Protocol, ProbeObservation['protocol']> = new Map([
  [PROTOCOL.tcp, 'tcp'],
  [PROTOCOL.udp, 'udp'],
]);

/** Connections that were tried from where `vantage` stands to `address`; undefined where none was, or none says anything. */
export function triedConnections(
  { probes }: Pick<World, 'probes'>,
  vantage: Vantage,
  { address, port, protocol }: { readonly address: Ip; readonly port: number; readonly protocol: Protocol },
): TriedConnections | undefined {
  const name = NAMES.get(protocol);
  if (probes.length === 0 || name === undefined) return undefined;
  const own = probesTo(probes)
    .get(keyOf(formatIp(address), port, name))
    ?.find((probe) => isFrom(probe, vantage));
  if (own === undefined) return undefined;
  const { failed: _, ...results } = own.results;
  const counts = Object.entries(results).sort(([, a], [, b]) => b - a);
  const tries = counts.reduce((sum, [, count]) => sum + count, 0);
  if (tries === 0) return undefined;
  const connected = (results.connected ?? 0) + (results.replied ?? 0);
  const failures = counts
    .map(([result]) => result)
    .filter((result) => result !== 'connected' && result !== 'replied');
  return { tries, connected, failures, source: own.source, from: placeOf(own) };
}

type Probes = readonly Sourced<ProbeObservation>[];

const byTarget = new WeakMap<Probes, ReadonlyMap<string, Probes>>();

// Every endpoint is asked about from every client.
function probesTo(probes: Probes): ReadonlyMap<string, Probes> {
  let known = byTarget.get(probes);
  if (known === undefined) {
    known = byKey(probes, ({ address, port, protocol }) => keyOf(address, port, protocol));
    byTarget.set(probes, known);
  }
  return known;
}

function keyOf(address: string, port: number, protocol: string): string {
  return `${address} ${port} ${protocol}`;
}

/** A pod that is named stands for any pod of its node where the question names none. */
function isFrom({ from }: Sourced<ProbeObservation>, { kind, node, pod }: Vantage): boolean {
  if (kind === 'node') return from.kind === 'node' && from.node === node;
  if (kind !== 'pod' || from.kind !== 'pod') return false;
  return pod === undefined ? from.node === node : from.pod === pod;
}

function placeOf({ from }: Sourced<ProbeObservation>): string {
  const place =
    from.kind === 'pod' ? `pod ${from.pod}` : from.kind === 'node' ? `node ${from.node}` : 'this machine';
  return `${place} by ${from.via}`;
}
