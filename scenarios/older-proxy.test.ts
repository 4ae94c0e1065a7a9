import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../src/diagnosis/diagnosis.ts';
import { auditCluster, investigateService } from '../src/investigate.ts';
import { type Change, type Changes, changedRecording } from './changed-recording.ts';

// A healthy cluster whose rules are as kube-proxy 1.22 and 1.23 lay them out: KUBE-XLB chains, marks for masquerading in the Service's chain,
// and KUBE-MARK-DROP, which kubelet's KUBE-FIREWALL heeds. *Source:* kubernetes v1.23 pkg/proxy/iptables/proxier.go, pkg/kubelet/kubelet_network_linux.go.

/** What 1.23 writes for a Service with traffic policy Local: `local` are the chains of the node's own endpoints. */
function xlb(name: string, hash: string, local: readonly string[]): string[] {
  const rule = (comment: string, rest: string): string =>
    `-A KUBE-XLB-${hash} ${rest.replace(' -j', ` -m comment --comment "${comment}" -j`)}`;
  return [
    `-A KUBE-XLB-${hash} -s 10.244.0.0/16 -m comment --comment "Redirect pods trying to reach external loadbalancer VIP to clusterIP" -j KUBE-SVC-${hash}`,
    `-A KUBE-XLB-${hash} -m comment --comment "masquerade LOCAL traffic for ${name} LB IP" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
    `-A KUBE-XLB-${hash} -m comment --comment "route LOCAL traffic for ${name} LB IP to service chain" -m addrtype --src-type LOCAL -j KUBE-SVC-${hash}`,
    ...local.map((chain, index) => rule(`Balancing rule ${index} for ${name}`, ` -j ${chain}`)),
    ...(local.length === 0 ? [rule(`${name} has no local endpoints`, ' -j KUBE-MARK-DROP')] : []),
  ];
}

function firewall(name: string, hash: string): string[] {
  const comment = `-m comment --comment "${name} loadbalancer IP"`;
  return [
    `-A KUBE-FW-${hash} ${comment} -j KUBE-XLB-${hash}`,
    `-A KUBE-FW-${hash} ${comment} -j KUBE-MARK-DROP`,
  ];
}

const WEB = 'AKPB56V6DIC5CJT2';
const SOLO = 'JAOQKU4KGDKDQOS5';

/** iptables-save of 1.37 laid out as 1.23 would. */
const laidOut: Change = (text, path) => {
  const [, own = ''] = new RegExp(`-A KUBE-SVL-${WEB} .*-j (\\S+)`).exec(text) ?? [];
  const isOfB = path.includes('node-b');
  const nodePort =
    '-A KUBE-SVC-L7VHADGQUOMCRAVS -p tcp -m comment --comment "shop/web-np:http" -m tcp --dport 30080';
  const added = [
    '-A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000',
    ...firewall('shop/web-lb:http', WEB),
    ...xlb('shop/web-lb:http', WEB, [own]),
    '-A KUBE-SERVICES -d 192.168.90.201/32 -p tcp -m comment --comment "shop/solo:http loadbalancer IP" -m tcp --dport 80 -j KUBE-FW-JAOQKU4KGDKDQOS5',
    '-A KUBE-NODEPORTS -s 127.0.0.0/8 -p tcp -m comment --comment "shop/solo:http" -m tcp --dport 30090 -j KUBE-MARK-MASQ',
    '-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/solo:http" -m tcp --dport 30090 -j KUBE-XLB-JAOQKU4KGDKDQOS5',
    ...firewall('shop/solo:http', SOLO),
    ...xlb('shop/solo:http', SOLO, isOfB ? ['KUBE-SEP-H3PQOH5JSXO2TVNN'] : []),
  ];
  const lines = text
    .replaceAll(/^\[[\d:]+\] /gm, '')
    .split('\n')
    .filter(
      (line) =>
        !/^:KUBE-(EXT|SVL)-|^-A KUBE-(EXT|SVL)-|nfacct-name +localhost|KUBE-PROXY-FIREWALL/.test(line),
    )
    .map((line) => line.replace(/ -m nfacct --nfacct-name +\S+/, ''))
    .map((line) =>
      line.replace(`-j KUBE-EXT-${WEB}`, `-j KUBE-${line.includes('NODEPORTS') ? 'XLB' : 'FW'}-${WEB}`),
    )
    .map((line) => line.replace('-j KUBE-EXT-L7VHADGQUOMCRAVS', '-j KUBE-SVC-L7VHADGQUOMCRAVS'));
  const at = lines.findIndex((line) =>
    line.startsWith('-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports'),
  );
  lines.splice(at, 0, ...added);
  const balancing = lines.findIndex((line) => line.startsWith('-A KUBE-SVC-L7VHADGQUOMCRAVS -m comment'));
  lines.splice(balancing, 0, `${nodePort} -j KUBE-MARK-MASQ`);
  const chains = [
    `KUBE-MARK-DROP`,
    ...[WEB, SOLO].flatMap((hash) => [`KUBE-FW-${hash}`, `KUBE-XLB-${hash}`]),
  ];
  lines.splice(lines.indexOf(':KUBE-MARK-MASQ - [0:0]'), 0, ...chains.map((chain) => `:${chain} - [0:0]`));
  const drop =
    '-A KUBE-FIREWALL -m comment --comment "kubernetes firewall for dropping marked packets" -m mark --mark 0x8000/0x8000 -j DROP';
  lines.splice(
    lines.findIndex((line) => line.startsWith('-A KUBE-FIREWALL')),
    0,
    drop,
  );
  return lines.join('\n');
};

/** solo, whose one pod is on node-b, as a load balancer with traffic policy Local. */
const soloLocal: Change = (text) => {
  const list = JSON.parse(text) as { items: { metadata: { name: string }; spec: object; status: object }[] };
  for (const service of list.items) {
    if (service.metadata.name !== 'solo') continue;
    const ports = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30090 }];
    Object.assign(service.spec, { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports });
    Object.assign(service.status, { loadBalancer: { ingress: [{ ip: '192.168.90.201' }] } });
  }
  return JSON.stringify(list);
};

const older: Change = (text) => text.replaceAll('1.37.2', '1.23.17');
const OLDER: Changes = [
  [/node-.\/iptables-save/, laidOut],
  [
    /ip6?tables-save/,
    (text) => text.replaceAll('tables-nft-save v1.8.9 (nf_tables)', 'tables-save v1.8.9 (legacy)'),
  ],
  [/nft-ruleset/, () => undefined],
  [/services\.json/, soloLocal],
  [/cluster\/nodes\.json|kube-proxy\.log|metrics/, older],
];

function causesOf({ causes }: Diagnosis): string[] {
  return causes.map(({ check, faults }) => `${check} ${faults[0]}`);
}

describe('rules of kube-proxy 1.23', () => {
  it('finds nothing wrong with the others', async () => {
    const { services } = auditCluster(await changedRecording('iptables-healthy', OLDER), {});
    const verdicts = services.map(({ subject, verdict }) => [subject, verdict]);
    expect(verdicts.filter(([, verdict]) => verdict !== 'healthy')).toEqual([
      ['shop/solo', 'degraded'],
      ['shop/upstream', 'unknown'],
    ]);
  });

  it('names the traffic policy where nodes have no endpoint', async () => {
    const snapshot = await changedRecording('iptables-healthy', OLDER);
    const diagnosis = investigateService(snapshot, { namespace: 'shop', name: 'solo' });
    expect(diagnosis.verdict).toBe('degraded');
    expect(causesOf(diagnosis)).toEqual(['service/traffic-policy X02']);
    expect(diagnosis.findings.map(({ check }) => check)).not.toContain('rules/frontend-missing');
  });

  it('names the node that drops although it has an endpoint', async () => {
    const stale: Change = (text) =>
      text.replace(
        /-A KUBE-XLB-JAOQKU4KGDKDQOS5 .*"Balancing rule.*/,
        '-A KUBE-XLB-JAOQKU4KGDKDQOS5 -m comment --comment "shop/solo:http has no local endpoints" -j KUBE-MARK-DROP',
      );
    const snapshot = await changedRecording('iptables-healthy', [...OLDER, [/node-b\/iptables-save/, stale]]);
    const diagnosis = investigateService(snapshot, { namespace: 'shop', name: 'solo' });
    expect(causesOf(diagnosis)).toEqual(['rules/refused-although-ready K05', 'service/traffic-policy X02']);
    expect(diagnosis.causes[0]?.evidence).toContainEqual(
      expect.objectContaining({ text: expect.stringContaining('-j KUBE-MARK-DROP') as string }),
    );
  });
});
