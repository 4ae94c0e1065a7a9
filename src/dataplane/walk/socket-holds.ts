import type { Match } from '../ruleset/rule-parts.ts';
import { addressTypeOf, knowsAddresses } from './local-addresses.ts';
import type { PacketState } from './packet-state.ts';
import type { WalkContext } from './walk-context.ts';

/**
 * Whether a socket of the node would take the packet, as a `socket` test asks. The first packet of a connection finds what listens on the very address, and by nft
 * or with `--nowildcard` what listens on all; a socket that is found may be another than the test wants. Where none is found no test holds, whatever it asks.
 * *Source:* linux net/netfilter/xt_socket.c `socket_match`, nft_socket.c `nft_socket_eval`.
 */
export function socketHolds(
  { network }: WalkContext,
  state: PacketState,
  { not, text }: Extract<Match, { kind: 'socket' }>,
): 'yes' | 'no' | 'unknown' {
  const { node, destination, destinationPort, protocol } = state;
  const asksTransparent = text.includes('transparent');
  if (state.stage.startsWith('output')) return not || asksTransparent ? 'unknown' : 'yes';
  // What waits for a reply is the client's own, which is no transparent proxy.
  if (state.isReply || state.connection !== undefined)
    return asksTransparent && !not && state.isReply ? 'no' : 'unknown';
  const takesAll = text.startsWith('socket ') || text.includes('nowildcard');
  const mayTake = node.sockets?.some(
    (socket) =>
      socket.port === destinationPort &&
      socket.protocol === protocol &&
      (socket.address === undefined ? takesAll : socket.address === destination),
  );
  if (mayTake === true) return 'unknown';
  if (addressTypeOf(network, node, destination) !== 'local') return knowsAddresses(node) ? 'no' : 'unknown';
  return mayTake === undefined ? 'unknown' : 'no';
}
