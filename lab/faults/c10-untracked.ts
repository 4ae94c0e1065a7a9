import { ruleModes, type Fault } from './fault.ts';
import { clusterIp } from './planting/workload.ts';

/** A NOTRACK rule keeps packets to the ClusterIP from being translated. */
export const untracked: Fault = {
  name: 'c10-untracked',
  causes: ['C10'],
  modes: ruleModes,
  text: 'On node-c a rule in table raw exempts packets to the ClusterIP of `web` from connection tracking: they are never translated.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const vip = await clusterIp('web');
    await lab.onNode(
      'node-c',
      `for c in PREROUTING OUTPUT; do ${lab.layout.iptables} -t raw -A $c -d ${vip} -p tcp --dport 80 -j CT --notrack; done`,
    );
  },
  heal: async (lab) => {
    await lab.onNode('node-c', `${lab.layout.iptables} -t raw -F`);
  },
};
