import { hostPort, inPodRange } from '../cluster/layout.ts';
import type { Fault } from './fault.ts';
import { clusterIp } from './planting/workload.ts';

/** Rules of a former iptables mode still translate the ClusterIP, to a pod that is gone. */
export const formerModeLeftOver: Fault = {
  name: 'k09-former-mode-left-over',
  causes: ['K09', 'R10', 'K10'],
  modes: ['nftables'],
  text: 'kube-proxy ran in iptables mode before and was not cleaned up: on node-c the old chains still send the ClusterIP of `web` to an address of node-b where no pod is.',
  service: 'web',
  verdicts: ['degraded', 'broken'],
  nodes: ['node-c'],
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'fails' },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const vip = await clusterIp('web');
    const gone = hostPort(inPodRange(lab.node('node-b'), 240), 8080);
    const comment = '-m comment --comment "shop/web:http cluster IP"';
    const rules = `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-67NZLRHBNDSAWJRO - [0:0]
:KUBE-SEP-AAAAAAAAAAAAAAAA - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-SERVICES -d ${vip} -p tcp ${comment} -m tcp --dport 80 -j KUBE-SVC-67NZLRHBNDSAWJRO
-A KUBE-SVC-67NZLRHBNDSAWJRO -m comment --comment "shop/web:http -> ${gone}" -j KUBE-SEP-AAAAAAAAAAAAAAAA
-A KUBE-SEP-AAAAAAAAAAAAAAAA -p tcp -m comment --comment "shop/web:http" -m tcp -j DNAT --to-destination ${gone}
COMMIT
`;
    await lab.onNode('node-c', `${lab.layout.iptables}-restore -n`, rules);
  },
  heal: async (lab) => {
    const { iptables } = lab.layout;
    await lab.tryOnNode(
      'node-c',
      `for h in PREROUTING OUTPUT; do ${iptables} -t nat -D $h -m comment --comment "kubernetes service portals" -j KUBE-SERVICES; done
for c in KUBE-SERVICES KUBE-SVC-67NZLRHBNDSAWJRO KUBE-SEP-AAAAAAAAAAAAAAAA; do ${iptables} -t nat -F $c; done
for c in KUBE-SERVICES KUBE-SVC-67NZLRHBNDSAWJRO KUBE-SEP-AAAAAAAAAAAAAAAA; do ${iptables} -t nat -X $c; done; true`,
    );
  },
};
