import { formatAddressPort } from '../model/address.ts';
import { PROTOCOL } from '../model/protocol.ts';
import type { World } from '../world/world.ts';
import type { Verification } from './discrepancy.ts';
import { type TriedConnections, triedConnections } from './tried-connections.ts';

const NEVER = 1e-6;
/** One connection that fails may be chance. */
const FEWEST = 2;

/**
 * `verifications`, with those overruled that say that no connection works where every one that was tried stood, and with those settled that could not tell
 * whether any works where none stood and the endpoints are reached from the same place: seeing counts more than deriving.
 */
export function overruleByProbes(
  world: World,
  verifications: readonly Verification[],
): readonly Verification[] {
  if (world.probes.length === 0) return verifications;
  return verifications.map((verification) => {
    const { expectation, works } = verification;
    if (expectation.outcome !== 'endpoints') return verification;
    const tried = triedConnections(world, expectation.vantage, expectation.frontend);
    if (tried === undefined) return verification;
    if (works[1] <= NEVER) return overruled(verification, tried);
    const isOpen = works[0] <= NEVER && works[1] >= 1 - NEVER;
    return isOpen && isNoneThere(world, verification, tried)
      ? { ...verification, works: [0, 0] }
      : verification;
  });
}

/** What contradicts connections that stood is kept as something that cannot be told, for then the model lacks something. */
function overruled(verification: Verification, tried: TriedConnections): Verification {
  const { expectation, discrepancies, trace } = verification;
  const { frontend, vantage } = expectation;
  // That somebody answers who was not promised is no contradiction.
  if (trace.outcomes.some(({ result, replyReturns }) => result === 'delivered' && replyReturns !== false))
    return verification;
  if (tried.connected < tried.tries) return verification;
  const against = discrepancies[0]?.summary ?? 'the rules that were read lead nowhere';
  const to = formatAddressPort(frontend.address, frontend.port);
  return {
    ...verification,
    works: [1, 1],
    discrepancies: [
      {
        kind: 'cannot-tell',
        expectation,
        node: vantage.node,
        share: [0, 0],
        summary: `the model is wrong here: ${tried.connected} of ${tried.tries} connections from ${tried.from} to ${to} stood, although ${against}`,
        unknowns: [],
      },
    ],
  };
}

/** Whether no connection of several stood, although the same client reaches every endpoint that it asked: its way to them is at fault. UDP may be silent for less. */
function isNoneThere(
  world: World,
  { expectation }: Verification,
  { tries, connected }: TriedConnections,
): boolean {
  const { vantage, frontend, endpoints } = expectation;
  if (frontend.protocol !== PROTOCOL.tcp || connected > 0 || tries < FEWEST) return false;
  const { protocol } = frontend;
  const reached = endpoints.flatMap(
    (endpoint) => triedConnections(world, vantage, { ...endpoint, protocol }) ?? [],
  );
  return reached.length > 0 && reached.every((each) => each.connected === each.tries);
}
