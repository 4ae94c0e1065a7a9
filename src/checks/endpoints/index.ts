import type { Check } from '../check.ts';
import { answer } from './answer.ts';
import { apiServers } from './api-servers.ts';
import { apiServersAnswer } from './api-servers-answer.ts';
import { answersLately } from './answers-lately.ts';
import { familiesAnswer } from './families-answer.ts';
import { handMade } from './hand-made.ts';
import { hangsUp } from './hangs-up.ts';
import { legacyEndpoints } from './legacy-endpoints.ts';
import { listening } from './listening.ts';
import { matchPods } from './match-pods.ts';
import { endpointsNamed } from './named.ts';
import { nodesReady } from './nodes-ready.ts';
import { ownAddress } from './own-address.ts';
import { portNames } from './port-names.ts';
import { probeTestsPort } from './probe-tests-port.ts';
import { endpointsReady } from './ready.ts';
import { routable } from './routable.ts';

/** Slices, and the pods behind them. */
export const endpointsChecks: readonly Check[] = [
  endpointsReady,
  matchPods,
  portNames,
  handMade,
  endpointsNamed,
  routable,
  ownAddress,
  nodesReady,
  legacyEndpoints,
  answer,
  answersLately,
  apiServersAnswer,
  apiServers,
  listening,
  hangsUp,
  familiesAnswer,
  probeTestsPort,
];
