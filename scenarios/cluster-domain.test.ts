import { describe, expect, it } from 'vitest';
import { auditCluster, investigateService } from '../src/investigate.ts';
import { type Changes, changedRecording } from './changed-recording.ts';

// The Corefile serves a domain of the cluster's own. Whether that is a fault depends on what pods search, and on nothing else.

const corefile: Changes = [
  [/configmaps/, (text) => text.replace('kubernetes cluster.local', 'kubernetes corp.example')],
];
const resolvConf = (domain: string): Readonly<Record<string, string>> => ({
  'pods/shop_client-a/resolv.conf': `search shop.svc.${domain} svc.${domain} ${domain}\nnameserver 10.96.0.10\noptions ndots:5\n`,
});
const configz = (clusterDomain: string): Readonly<Record<string, string>> => ({
  'nodes/node-b/kubelet-configz.json': JSON.stringify({
    kubeletconfig: { enableServer: true, clusterDomain, clusterDNS: ['10.96.0.10'] },
  }),
});
const config = (clusterDomain: string): Readonly<Record<string, string>> => ({
  'nodes/node-b/config.yaml': `apiVersion: kubelet.config.k8s.io/v1beta1\nclusterDNS:\n- 10.96.0.10\nclusterDomain: ${clusterDomain}\nkind: KubeletConfiguration\n`,
});

const web = { namespace: 'shop', name: 'web' };

describe('a cluster with a domain of its own', () => {
  it.each([
    ['a pod’s resolv.conf', resolvConf],
    ['what kubelet says of itself', configz],
    ['the file that kubelet takes', config],
  ])('is healthy where %s tells it, and broken where it tells another', async (_, evidence) => {
    const told = await changedRecording('iptables-healthy', corefile, evidence('corp.example'));
    expect(investigateService(told, web)).toMatchObject({ verdict: 'healthy', causes: [] });
    const other = await changedRecording('iptables-healthy', corefile, evidence('cluster.local'));
    const { verdict, causes } = investigateService(other, web);
    expect(verdict).toBe('broken');
    expect(causes.map(({ check, proof }) => [check, proof])).toEqual([['dns/zone-served', 'consistent']]);
  });

  it('is neither healthy nor broken where nothing tells', async () => {
    const snapshot = await changedRecording('iptables-healthy', corefile);
    const { verdict, causes } = investigateService(snapshot, web);
    expect(verdict).toBe('unknown');
    expect(causes.map(({ check, proof }) => [check, proof])).toEqual([['dns/zone-served', 'suspected']]);
    const audit = auditCluster(snapshot, {});
    expect(audit.services.map((each) => each.verdict)).not.toContain('broken');
    expect(audit.services.map((each) => each.verdict)).not.toContain('degraded');
  });

  it('has no kubernetes plugin: that is a fault of whatever domain', async () => {
    const none: Changes = [[/configmaps/, (text) => text.replace('kubernetes cluster.local', 'whoami')]];
    const { verdict, causes } = investigateService(await changedRecording('iptables-healthy', none), web);
    expect(verdict).toBe('broken');
    expect(causes[0]?.faults[0]).toBe('D10');
  });
});
