import { everyMode, type Fault } from './fault.ts';

/** A host firewall drops the NodePort range. */
export const nodePortBlocked: Fault = {
  name: 'x06-nodeport-blocked',
  causes: ['X06', 'F07', 'F04', 'F05'],
  modes: everyMode,
  text: 'A firewall rule in mangle PREROUTING of node-a drops TCP 30000 to 32767.',
  service: 'web-np',
  verdicts: ['degraded'],
  nodes: ['node-a'],
  shows: [
    { from: /^outside/u, to: /^node-a:/u, expect: 'fails', errors: ['timeout'] },
    { from: /^outside/u, to: /^node-[bc]:/u, expect: 'works' },
  ],
  plant: async (lab) => {
    await lab.onNode(
      'node-a',
      `${lab.layout.iptables} -t mangle -A PREROUTING -i eth0 -p tcp -m tcp --dport 30000:32767 -j DROP`,
    );
  },
  heal: async (lab) => {
    await lab.onNode(
      'node-a',
      `${lab.layout.iptables} -t mangle -D PREROUTING -i eth0 -p tcp -m tcp --dport 30000:32767 -j DROP`,
    );
  },
};
