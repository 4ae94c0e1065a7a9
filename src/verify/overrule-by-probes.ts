import { formatAddressPort } from '../model/address.ts';
import type { World } from '../world/world.ts';
import type { Verification } from './discrepancy.ts';
import { triedConnections } from './tried-connections.ts';

const NEVER = 1e-6;

/**
 * `verifications`, with those overruled that say that no connection works where every one that was tried stood: seeing counts more than deriving.
 * What contradicts it stays as something that cannot be told, for then the model lacks something.
 */
export function overruleByProbes(
  world: World,
  verifications: readonly Verification[],
): readonly Verification[] {
  if (world.probes.length === 0) return verifications;
  return verifications.map((verification) => {
    const { expectation, works, discrepancies, trace } = verification;
    if (expectation.outcome !== 'endpoints' || works[1] > NEVER) return verification;
    // That somebody answers who was not promised is no contradiction.
    if (trace.outcomes.some(({ result, replyReturns }) => result === 'delivered' && replyReturns !== false))
      return verification;
    const { frontend, vantage } = expectation;
    const tried = triedConnections(world, vantage, frontend);
    if (tried === undefined || tried.connected < tried.tries) return verification;
    const against = discrepancies[0]?.summary ?? 'the rules that were read lead nowhere';
    const to = formatAddressPort(frontend.address, frontend.port);
    return {
      ...verification,
      works: [1, 1] as const,
      discrepancies: [
        {
          kind: 'cannot-tell' as const,
          expectation,
          node: vantage.node,
          share: [0, 0] as const,
          summary: `the model is wrong here: ${tried.connected} of ${tried.tries} connections from ${tried.from} to ${to} stood, although ${against}`,
          unknowns: [],
        },
      ],
    };
  });
}
