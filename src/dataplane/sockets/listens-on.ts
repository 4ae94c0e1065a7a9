import { type Ip, familyOf } from '../../model/address.ts';
import type { Protocol } from '../../model/protocol.ts';
import type { ListeningSocket } from './parse-sockets.ts';

/** Whether `socket` takes what comes to `address`, whatever its port. */
export function listensOn({ address, families }: ListeningSocket, to: Ip): boolean {
  return address === undefined ? families.includes(familyOf(to)) : address === to;
}

/** Whether one of `sockets` takes what comes to the address and port; undefined where none of the protocol was listed at all. */
export function isHeard(
  sockets: readonly ListeningSocket[],
  to: { readonly address: Ip; readonly port: number; readonly protocol: Protocol },
): boolean | undefined {
  const own = sockets.filter(({ protocol }) => protocol === to.protocol);
  if (own.length === 0) return undefined;
  return own.some((socket) => socket.port === to.port && listensOn(socket, to.address));
}
