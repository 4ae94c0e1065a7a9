import { type Ip, formatIp } from '../../model/address.ts';
import type { NatTarget, Statement } from '../ruleset/rule-parts.ts';
import { CT_STATUS } from '../ruleset/rule-parts.ts';
import type { Hook } from '../ruleset/ruleset.ts';
import type { MapValue } from '../ruleset/sets.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import { masqueradeAddress } from './node-links.ts';
import type { PacketState } from './packet-state.ts';
import type { RuleReference } from './trace.ts';

/** The statements that translate. */
export type NatStatement = Extract<
  Statement,
  { kind: 'dnat' | 'snat' | 'masquerade' | 'redirect' | 'netmap' }
>;

/**
 * Applies a translation to the packet's connection. Comes back with why that cannot be told, or undefined where all went well.
 * The target of a map is already looked up.
 */
export function translate(
  state: PacketState,
  statement: NatStatement,
  target: Pick<NatTarget, 'addresses' | 'ports' | 'isPrefix'> | undefined,
  { reference, hook }: { readonly reference: RuleReference; readonly hook: Hook },
): string | undefined {
  state.translatedBy = { value: reference, rest: state.translatedBy };
  switch (statement.kind) {
    case 'dnat':
      return translateDestination(state, wanted(state.destination, target), target?.ports, reference);
    case 'redirect': {
      const local = redirectAddress(state);
      return translateDestination(
        state,
        local === undefined ? undefined : { low: local, high: local },
        target?.ports ?? statement.ports,
        reference,
      );
    }
    case 'snat':
      return translateSource(state, wanted(state.source, target), target?.ports);
    case 'masquerade': {
      const address = masqueradeAddress(state.node, state.oif, state.via ?? state.destination);
      state.isSourceSettled = true;
      state.ctstatus |= CT_STATUS.SNAT;
      state.sourceNat = 'masquerade';
      state.isSourceKnown = address !== undefined;
      if (address !== undefined) state.source = address;
      freeSourcePort(state, statement.ports);
      return undefined;
    }
    case 'netmap': {
      const isSource = hook === 'postrouting' || hook === 'input';
      const side = isSource ? state.source : state.destination;
      const mapped = mapPrefix(side, statement.first, statement.prefix);
      if (mapped === undefined) return 'NETMAP of another family';
      const range = { low: mapped, high: mapped };
      return isSource
        ? translateSource(state, range, undefined)
        : translateDestination(state, range, undefined, reference);
    }
  }
}

/** The addresses to choose from; with `isPrefix` the one whose network is the target's and whose rest is that of `side`. */
function wanted(
  side: Ip,
  target: Pick<NatTarget, 'addresses' | 'isPrefix'> | undefined,
): ValueRange | undefined {
  const addresses = target?.addresses;
  if (addresses === undefined || target?.isPrefix !== true || typeof side !== typeof addresses.low)
    return addresses;
  const { low, high } = addresses;
  const address =
    typeof side === 'number'
      ? (Number(low) | (side & (Number(low) ^ Number(high)))) >>> 0
      : BigInt(low) | (side & (BigInt(low) ^ BigInt(high)));
  return { low: address, high: address };
}

function translateDestination(
  state: PacketState,
  addresses: ValueRange | undefined,
  ports: ValueRange | undefined,
  reference: RuleReference,
): string | undefined {
  state.isDestinationSettled = true;
  const before = state.destination;
  const portBefore = state.destinationPort;
  if (addresses !== undefined) {
    if (addresses.low !== addresses.high && !isInside(state.destination, addresses)) {
      return `which address of ${formatIp(addresses.low)}-${formatIp(addresses.high)} is chosen`;
    }
    if (addresses.low === addresses.high) state.destination = addresses.low;
  }
  if (ports !== undefined) {
    const isKept = state.destinationPort !== undefined && isInside(state.destinationPort, ports);
    if (!isKept) state.destinationPort = ports.low === ports.high ? Number(ports.low) : undefined;
  }
  if (state.destination !== before || state.destinationPort !== portBefore) {
    state.ctstatus |= CT_STATUS.DNAT;
    state.needsReroute = true;
  }
  state.translatedDestinationBy = reference;
  return undefined;
}

function translateSource(
  state: PacketState,
  addresses: ValueRange | undefined,
  ports: ValueRange | undefined,
): string | undefined {
  state.isSourceSettled = true;
  if (addresses !== undefined && !(state.isSourceKnown && isInside(state.source, addresses))) {
    if (state.source !== addresses.low) state.ctstatus |= CT_STATUS.SNAT;
    state.source = addresses.low;
    state.isSourceKnown = addresses.low === addresses.high;
    state.sourceNat = { address: addresses.low };
  }
  freeSourcePort(state, ports);
  return undefined;
}

// The kernel may pick another source port to keep connections apart.
function freeSourcePort(state: PacketState, ports: ValueRange | undefined): void {
  state.sourcePort = ports !== undefined && ports.low === ports.high ? Number(ports.low) : undefined;
  state.sourcePorts = ports === undefined ? undefined : [ports];
}

function redirectAddress(state: PacketState): Ip | undefined {
  if (state.stage === 'output') return typeof state.destination === 'number' ? 0x7f000001 : 1n;
  if (state.iif === undefined) return undefined;
  const link = state.node.links?.find(({ name }) => name === state.iif);
  return link?.addresses.find(({ address }) => typeof address === typeof state.destination)?.address;
}

function mapPrefix(address: Ip, first: Ip, prefix: number): Ip | undefined {
  if (typeof address === 'number' && typeof first === 'number') {
    const size = 2 ** (32 - prefix);
    return first + (address % size);
  }
  if (typeof address === 'bigint' && typeof first === 'bigint') {
    return first + (address & ((1n << BigInt(128 - prefix)) - 1n));
  }
  return undefined;
}

function isInside(value: Ip, { low, high }: ValueRange): boolean {
  return typeof value === typeof low && value >= low && value <= high;
}

/** The target that a map's data holds: address, port, or both, as one range each; undefined where it is neither. */
export function targetOfMapData(
  value: MapValue | undefined,
): Pick<NatTarget, 'addresses' | 'ports'> | undefined {
  const addresses = rangeOfMapData(value);
  if (addresses === undefined || value?.kind !== 'data') return undefined;
  const [, ports] = value.parts;
  if (ports === undefined) return { addresses };
  return 'low' in ports ? { addresses, ports } : undefined;
}

/** The first range that a map's data holds; undefined where it holds none. */
export function rangeOfMapData(value: MapValue | undefined): ValueRange | undefined {
  const part = value?.kind === 'data' ? value.parts[0] : undefined;
  return part !== undefined && 'low' in part ? part : undefined;
}
