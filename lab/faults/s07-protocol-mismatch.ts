import { apply, recreate } from '../cluster/api.ts';
import { shopServices } from '../cluster/workload.ts';
import { everyMode, type Fault } from './fault.ts';
import { pause } from '../machine/run.ts';

/** The Service speaks TCP, the pods UDP. */
export const protocolMismatch: Fault = {
  name: 's07-protocol-mismatch',
  causes: ['S07', 'P02', 'P01', 'S03'],
  modes: everyMode,
  text: 'The Service has port 7000/TCP; the pods declare and serve 7000/UDP.',
  service: 'echo',
  verdicts: ['broken'],
  shows: [{ from: /node/u, to: /^echo/u, expect: 'fails', errors: ['refused'] }],
  plant: async () => {
    const ports = [{ name: 'tcp', port: 7000, protocol: 'TCP', targetPort: 7000 }];
    await recreate({ ...shopServices.echo, spec: { selector: { app: 'echo' }, ports } });
    await pause(1500);
  },
  heal: async () => {
    await recreate(shopServices.echo);
    await apply([shopServices.echo]);
  },
};
