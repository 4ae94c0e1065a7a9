import type { Check } from '../check.ts';
import { addressAssigned } from './address-assigned.ts';
import { localhostServed } from './localhost-served.ts';
import { localhostSupported } from './localhost-supported.ts';
import { nodePortServed } from './node-port-served.ts';
import { noCollision } from './no-collision.ts';
import { nodesStay } from './nodes-stay.ts';
import { oneAnnounces } from './one-announces.ts';
import { rangesApart } from './ranges-apart.ts';
import { routesLead } from './routes-lead.ts';
import { sourceRanges } from './source-ranges.ts';

/** External addresses, and ranges that must be apart. */
export const externalChecks: readonly Check[] = [
  addressAssigned,
  noCollision,
  nodePortServed,
  localhostServed,
  localhostSupported,
  oneAnnounces,
  nodesStay,
  rangesApart,
  routesLead,
  sourceRanges,
];
