import type { Check } from '../check.ts';
import { affinityMissing } from './affinity-missing.ts';
import { affinityUnwanted } from './affinity-unwanted.ts';
import { endpointMissing } from './endpoint-missing.ts';
import { endpointStale } from './endpoint-stale.ts';
import { foreignDrop } from './foreign-drop.ts';
import { foreignTranslation } from './foreign-translation.ts';
import { forwardedAlthoughNone } from './forwarded-although-none.ts';
import { frontendLeftOver } from './frontend-left-over.ts';
import { frontendMissing } from './frontend-missing.ts';
import { hintsIgnored } from './hints-ignored.ts';
import { listingsAgree } from './listings-agree.ts';
import { masquerade } from './masquerade.ts';
import { refusedAlthoughReady } from './refused-although-ready.ts';
import { weightWrong } from './weight-wrong.ts';

/** What each node's rules do with the Service's packets. */
export const rulesChecks: readonly Check[] = [
  frontendMissing,
  foreignDrop,
  foreignTranslation,
  endpointStale,
  endpointMissing,
  refusedAlthoughReady,
  forwardedAlthoughNone,
  masquerade,
  hintsIgnored,
  weightWrong,
  affinityMissing,
  affinityUnwanted,
  frontendLeftOver,
  listingsAgree,
];
