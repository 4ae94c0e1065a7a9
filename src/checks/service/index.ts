import type { Check } from '../check.ts';
import { hintsSpread } from './hints-spread.ts';
import { addressLasts } from './address-lasts.ts';
import { affinityKnown } from './affinity-known.ts';
import { healthPortFree } from './health-port-free.ts';
import { oneApplication } from './one-application.ts';
import { claimedOnce } from './claimed-once.ts';
import { clientsDirect } from './clients-direct.ts';
import { clientsSpread } from './clients-spread.ts';
import { serviceExists } from './exists.ts';
import { families } from './families.ts';
import { headlessPort } from './headless-port.ts';
import { notTerminating } from './not-terminating.ts';
import { portAsked } from './port-asked.ts';
import { protocolSpoken } from './protocol-spoken.ts';
import { proxied } from './proxied.ts';
import { selectorMatches } from './selector-matches.ts';
import { targetPortDeclared } from './target-port-declared.ts';
import { targetPortNamed } from './target-port-named.ts';
import { trafficPolicy } from './traffic-policy.ts';

/** The Service object and what it asks of pods. */
export const serviceChecks: readonly Check[] = [
  serviceExists,
  portAsked,
  proxied,
  selectorMatches,
  targetPortNamed,
  targetPortDeclared,
  protocolSpoken,
  headlessPort,
  families,
  trafficPolicy,
  claimedOnce,
  notTerminating,
  oneApplication,
  healthPortFree,
  affinityKnown,
  clientsSpread,
  hintsSpread,
  addressLasts,
  clientsDirect,
];
