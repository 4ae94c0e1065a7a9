import { hostPort } from '../cluster/layout.ts';
import { everyMode, type Fault } from './fault.ts';
import { editTable, nftChain, nftRules, restoreRules } from './planting/rules.ts';
import { clusterIp, podAddresses } from './planting/workload.ts';

/** One endpoint's translation names another port. */
export const dnatPortEdited: Fault = {
  name: 'r08-dnat-port-edited',
  causes: ['R08', 'K05'],
  modes: everyMode,
  text: 'On node-c the translation to the endpoint on node-a names port 8081 instead of 8080: a third of the connections is refused.',
  service: 'web',
  verdicts: ['degraded'],
  nodes: ['node-c'],
  ask: { options: { tries: 12, timeoutMs: 1000 } },
  shows: [
    { from: /node-c/u, to: /^web$/u, expect: 'partly', errors: ['refused'], any: true },
    { from: /node-[ab]/u, to: /^web$/u, expect: 'works' },
  ],
  plant: async (lab) => {
    const address = (await podAddresses(lab, 'web')).get('node-a') ?? '';
    if (lab.shape.mode === 'iptables') {
      await editTable(lab, 'node-c', 'nat', (line) =>
        line.includes('"shop/web:http"') && line.endsWith(`--to-destination ${hostPort(address, 8080)}`)
          ? line.replace(/8080$/u, '8081')
          : line,
      );
    } else if (lab.shape.mode === 'ipvs') {
      const vip = hostPort(await clusterIp('web'), 80);
      const server = (port: number): string => `-t ${vip} -r ${hostPort(address, port)}`;
      await lab.onNode('node-c', `ipvsadm -d ${server(8080)}; ipvsadm -a ${server(8081)} -m -w 1`);
    } else {
      const chain = await nftChain(lab, 'node-c', 'service-', '-shop/web/tcp/http');
      const [text = '', handle = ''] = (await nftRules(lab, 'node-c', chain)).at(-1) ?? [];
      const edited = text.replace(`${address} . 8080`, `${address} . 8081`);
      await lab.onNode(
        'node-c',
        `nft replace rule ${lab.layout.nft} kube-proxy '${chain}' handle ${handle} '${edited}'`,
      );
    }
  },
  heal: (lab) => restoreRules(lab, 'node-c'),
};
