import { formatAddressPort } from '../model/address.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Endpoint } from '../model/frontend.ts';
import type { Verification } from '../verify/discrepancy.ts';
import { distinctEndpoints } from '../verify/distinct-endpoints.ts';
import type { World } from '../world/world.ts';
import { type TrackedConnection, connectionsTo } from './connections-to.ts';

/** So many connections without an answer, and none with one, are no accident. */
const LEAST = 2;

/** Endpoints that packets reach and that answered none. */
export interface SilentEndpoints {
  readonly endpoints: readonly Endpoint[];
  /** The part of clients that this breaks: all where no endpoint was heard. */
  readonly share: readonly [min: number, max: number];
  /** `10.0.0.7:80, 10.0.0.8:80`. */
  readonly text: string;
  readonly evidence: readonly Evidence[];
}

/** Endpoints to which every path leads, and of which the nodes’ connection tables show that they never answered; undefined where none is. */
export function silentEndpoints(
  world: World,
  verifications: readonly Verification[],
): SilentEndpoints | undefined {
  const isAnySilent = [...distinctEndpoints(verifications).values()].some((endpoint) =>
    isSilent(connectionsTo(world, endpoint)),
  );
  if (!isAnySilent) return undefined;
  const all = reachedOf(verifications);
  const silent = all.filter((endpoint) => isSilent(connectionsTo(world, endpoint)));
  if (silent.length === 0) return undefined;
  const isHeard = all.some((endpoint) =>
    connectionsTo(world, endpoint).some(({ entry }) => !entry.isUnreplied),
  );
  const textOf = ({ address, port }: Endpoint): string => formatAddressPort(address, port);
  return {
    endpoints: silent,
    share: isHeard || silent.length < all.length ? [0, 1] : [1, 1],
    text: silent.map(textOf).join(', '),
    evidence: silent.slice(0, 3).map((endpoint) => ({
      source: 'conntrack of the nodes',
      text: `${connectionsTo(world, endpoint).length} connections to ${textOf(endpoint)} [UNREPLIED], none answered`,
    })),
  };
}

/** Promised endpoints that packets get to, each once, by paths of which all ends work. */
function reachedOf(verifications: readonly Verification[]): Endpoint[] {
  const reached = new Map<string, Endpoint>();
  for (const { works, expectation, trace } of verifications) {
    if (works[0] <= 1 - 1e-6) continue;
    const ends = new Set(
      trace.outcomes.map(
        ({ destination: { address, port = expectation.frontend.port } }) => `${address} ${port}`,
      ),
    );
    for (const endpoint of expectation.endpoints) {
      const key = `${endpoint.address} ${endpoint.port}`;
      if (ends.has(key)) reached.set(key, endpoint);
    }
  }
  return [...reached.values()];
}

function isSilent(connections: readonly TrackedConnection[]): boolean {
  return connections.length >= LEAST && connections.every(({ entry }) => entry.isUnreplied);
}
