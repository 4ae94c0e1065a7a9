import type { Check } from '../check.ts';
import { addressesApart } from './addresses-apart.ts';
import { bridgeNetfilterOff } from './bridge-netfilter-off.ts';
import { connectionsForgotten } from './connections-forgotten.ts';
import { connectionsHang } from './connections-hang.ts';
import { conntrackFull } from './conntrack-full.ts';
import { conntrackStale } from './conntrack-stale.ts';
import { forwardingOff } from './forwarding-off.ts';
import { hairpinOff } from './hairpin-off.ts';
import { iptablesFlavoursMixed } from './iptables-flavours-mixed.ts';
import { insertionsFail } from './insertions-fail.ts';
import { invalidPassed } from './invalid-passed.ts';
import { mtuFits } from './mtu-fits.ts';
import { neighboursFull } from './neighbours-full.ts';
import { portsReused } from './ports-reused.ts';
import { replyLost } from './reply-lost.ts';
import { reversePathFilter } from './reverse-path-filter.ts';
import { routeMissing } from './route-missing.ts';
import { sourcePortsLeft } from './source-ports-left.ts';
import { tunnelsMasqueraded } from './tunnels-masqueraded.ts';
import { underPressure } from './under-pressure.ts';

/** What the kernel around the rules does with the Service's packets. */
export const nodeChecks: readonly Check[] = [
  hairpinOff,
  forwardingOff,
  reversePathFilter,
  bridgeNetfilterOff,
  routeMissing,
  addressesApart,
  mtuFits,
  replyLost,
  conntrackStale,
  connectionsHang,
  conntrackFull,
  sourcePortsLeft,
  insertionsFail,
  invalidPassed,
  tunnelsMasqueraded,
  connectionsForgotten,
  neighboursFull,
  portsReused,
  underPressure,
  iptablesFlavoursMixed,
];
