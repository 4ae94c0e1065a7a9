import type { Check } from '../check.ts';
import { bothProtocols } from './both-protocols.ts';
import { cacheRunning } from './cache-running.ts';
import { cacheUpstream } from './cache-upstream.ts';
import { clientMusl } from './client-musl.ts';
import { clientResolver } from './client-resolver.ts';
import { corefileSound } from './corefile-sound.ts';
import { externalName } from './external-name.ts';
import { headlessAnswer } from './headless-answer.ts';
import { headlessCached } from './headless-cached.ts';
import { replicasAgree } from './replicas-agree.ts';
import { resolverWhole } from './resolver-whole.ts';
import { searchWasted } from './search-wasted.ts';
import { serverRunning } from './server-running.ts';
import { serversKeepUp } from './servers-keep-up.ts';
import { zoneServed } from './zone-served.ts';

/** Whether clients find the Service by its name. */
export const dnsChecks: readonly Check[] = [
  serverRunning,
  cacheRunning,
  cacheUpstream,
  serversKeepUp,
  replicasAgree,
  bothProtocols,
  zoneServed,
  corefileSound,
  clientResolver,
  resolverWhole,
  clientMusl,
  searchWasted,
  headlessAnswer,
  headlessCached,
  externalName,
];
