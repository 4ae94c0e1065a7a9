import type { Check } from '../check.ts';
import { clusterCidr } from './cluster-cidr.ts';
import { onlyProxy } from './only-proxy.ts';
import { configTaken } from './config-taken.ts';
import { leftovers } from './leftovers.ts';
import { logErrors } from './log-errors.ts';
import { modeDiffers } from './mode-differs.ts';
import { notRunning } from './not-running.ts';
import { restartedLately } from './restarted-lately.ts';
import { syncBehind } from './sync-behind.ts';

/** What each node's kube-proxy says of itself. */
export const kubeProxyChecks: readonly Check[] = [
  notRunning,
  syncBehind,
  logErrors,
  modeDiffers,
  configTaken,
  leftovers,
  onlyProxy,
  clusterCidr,
  restartedLately,
];
