import { hostPort, inPodRange } from '../cluster/layout.ts';
import { ruleModes, type Fault } from './fault.ts';
import { clusterIp } from './planting/workload.ts';

/** A conntrack entry still sends one client's UDP packets to an endpoint that is gone. */
export const staleUdpEntry: Fault = {
  name: 'c05-stale-udp-entry',
  causes: ['C05'],
  modes: ruleModes,
  text: 'On node-a a conntrack entry still sends what the client pod sends from port 40000 to an address of node-c where no pod is; other ports work.',
  service: 'echo',
  verdicts: ['degraded'],
  nodes: ['node-a'],
  ask: { byName: false, options: { tries: 3, timeoutMs: 800, localPort: 40000 } },
  shows: [
    { from: /^pod on node-a/u, to: /^echo$/u, expect: 'fails' },
    { from: /node-[bc]/u, to: /^echo$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const client = (await lab.podNamed('shop', 'client-a'))?.address ?? '';
    const vip = await clusterIp('echo');
    await lab.onNode(
      'node-a',
      `conntrack -I -p udp -s ${client} -d ${vip} --sport 40000 --dport 7000 --dst-nat ${hostPort(inPodRange(lab.node('node-c'), 240), 7000)} -t 3600`,
    );
  },
  heal: async (lab) => {
    await lab.tryOnNode('node-a', 'conntrack -D -p udp --orig-port-src 40000');
  },
};
