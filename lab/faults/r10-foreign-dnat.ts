import { hostPort, inPodRange } from '../cluster/layout.ts';
import { everyMode, type Fault } from './fault.ts';

/** A rule of somebody else takes the NodePort before kube-proxy sees it. */
export const foreignDnat: Fault = {
  name: 'r10-foreign-dnat',
  causes: ['R10', 'X07'],
  modes: everyMode,
  text: 'On node-a a table `edge` translates TCP 30080 to an address where no pod is, before the rules of kube-proxy.',
  service: 'web-np',
  verdicts: ['degraded'],
  nodes: ['node-a'],
  shows: [
    { from: /^outside/u, to: /^node-a:/u, expect: 'fails' },
    { from: /^outside/u, to: /^node-[bc]:/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const table = `table ${lab.layout.nft} edge {
  chain pre {
    type nat hook prerouting priority dstnat - 10; policy accept;
    tcp dport 30080 dnat to ${hostPort(inPodRange(lab.node('node-a'), 240), 80)}
  }
}
`;
    await lab.onNode('node-a', 'nft -f -', table);
  },
  heal: async (lab) => {
    await lab.tryOnNode('node-a', `nft delete table ${lab.layout.nft} edge`);
  },
};
