import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { podLog } from '../evidence/cluster-evidence.ts';
import { home } from '../machine/places.ts';
import { start, until } from '../machine/run.ts';
import type { Fault } from './fault.ts';
import { restoreNftBackend, useLegacyBackend } from './legacy-backend.ts';

const pidFile = join(home, 'lock-holder.pid');

/** Another program holds the xtables lock: kube-proxy writes nothing. */
export const xtablesLockHeld: Fault = {
  name: 'k06-xtables-lock-held',
  causes: ['K06', 'K05', 'R08'],
  modes: ['iptables'],
  text: 'kube-proxy on node-b uses the legacy backend of iptables, and another program holds /run/xtables.lock. Then all pods of `web` were replaced.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-b'],
  shows: [
    { from: /node-b/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ac]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await useLegacyBackend(lab, 'node-b');
    const holder = start(
      ['flock', '/run/xtables.lock', 'sleep', '86400'],
      join(home, 'logs/lock-holder.log'),
    );
    writeFileSync(pidFile, String(holder.pid ?? 0));
    await lab.replacePods('shop', 'app=web');
    await until('kube-proxy that waits for the lock', 90_000, async () => {
      const pod = await lab.proxyPod('node-b');
      const log = pod === undefined ? undefined : await podLog('kube-system', pod.name);
      return log?.includes('holding the xtables lock');
    });
  },
  heal: async (lab) => {
    // flock waits for the program that it started: the group ends with both.
    process.kill(-Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    await restoreNftBackend(lab, 'node-b');
  },
};
