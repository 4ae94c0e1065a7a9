import type { Check } from '../check.ts';
import { bothProtocols } from './both-protocols.ts';
import { clientResolver } from './client-resolver.ts';
import { corefileSound } from './corefile-sound.ts';
import { externalName } from './external-name.ts';
import { headlessAnswer } from './headless-answer.ts';
import { replicasAgree } from './replicas-agree.ts';
import { serverRunning } from './server-running.ts';
import { zoneServed } from './zone-served.ts';

/** Whether clients find the Service by its name. */
export const dnsChecks: readonly Check[] = [
  serverRunning,
  replicasAgree,
  bothProtocols,
  zoneServed,
  corefileSound,
  clientResolver,
  headlessAnswer,
  externalName,
];
