import { everyMode, type Fault } from './fault.ts';
import { must } from '../machine/run.ts';
import { UserError } from '../user-error.ts';
import type { Lab } from '../cluster/lab.ts';

async function inSolo(lab: Lab, command: string): Promise<void> {
  const pod = (await lab.pods('shop', 'app=solo'))[0];
  const pid = pod === undefined ? undefined : await lab.podProcess(pod);
  if (pid === undefined) throw new UserError('solo does not run');
  await must(['nsenter', '-t', String(pid), '-n', '--', 'sh', '-c', command]);
}

/** The endpoint's own default route is gone: it answers its node, and nobody else. */
export const podWithoutRoute: Fault = {
  name: 'n15-pod-without-route',
  causes: ['N15', 'E04'],
  modes: everyMode,
  text: 'The pod of `solo` has lost its default route: kubelet on its node reaches it (Ready), clients elsewhere get no reply.',
  service: 'solo',
  verdicts: ['degraded', 'unknown'],
  shows: [
    { from: /^pod on node-[ac]/u, to: /^solo$/u, expect: 'fails' },
    { from: /^node-b/u, to: /^solo$/u, expect: 'works' },
  ],
  plant: (lab) => inSolo(lab, `${lab.layout.ip} route del default`),
  heal: (lab) => inSolo(lab, `${lab.layout.ip} route add default via ${lab.node('node-b').gateway}`),
};
