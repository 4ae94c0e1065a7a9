import { describe, expect, it } from 'vitest';
import type { Pod } from '../kubernetes/objects.ts';
import { configOf } from './read-config.ts';
import { readFlags } from './read-flags.ts';

const pod = (command: readonly string[], args: readonly string[] = []): Pod => ({
  kind: 'Pod',
  metadata: { name: 'kube-proxy-1', namespace: 'kube-system' },
  spec: { containers: [{ name: 'agent' }, { name: 'kube-proxy', command, args }] },
  status: {},
});

describe('readFlags', () => {
  it('reads what AKS gives word by word', () => {
    const flags = readFlags(
      pod(
        ['kube-proxy'],
        [
          '--conntrack-max-per-core=0',
          '--kubeconfig=/var/lib/kubelet/kubeconfig',
          '--cluster-cidr=10.244.0.0/16,fd00::/48',
          '--detect-local-mode=ClusterCIDR',
          '--feature-gates=A=true,B=false',
          '--v=3',
        ],
      ),
    );
    expect(configOf(flags, undefined, 'flags')).toMatchObject({
      clusterCidrs: ['10.244.0.0/16', 'fd00::/48'],
      detectLocalMode: 'ClusterCIDR',
      mode: 'iptables',
      featureGates: { A: true, B: false },
      assumed: [],
    });
  });

  it('reads what GKE gives to a shell', () => {
    const line =
      'exec kube-proxy --master=https://192.0.2.1 --cluster-cidr 10.4.0.0/14 --masquerade-all --iptables-sync-period=1m --iptables-min-sync-period=10s --hostname-override=$(NODE_NAME) 1>>/var/log/kube-proxy.log 2>&1';
    const config = configOf(readFlags(pod(['/bin/sh', '-c', line])), undefined, 'flags');
    expect(config).toMatchObject({
      clusterCidrs: ['10.4.0.0/14'],
      masqueradeAll: true,
      syncPeriodSeconds: 60,
      minSyncPeriodSeconds: 10,
      hostnameOverride: '',
    });
  });

  it('takes a flag that stands alone for set, also as the last word', () => {
    const flags = readFlags(pod(['kube-proxy', '--ipvs-strict-arp', '--masquerade-all']));
    expect(configOf(flags, 'ipvs', 'flags').ipvsStrictArp).toBe(true);
    expect(configOf(flags, 'iptables', 'flags').masqueradeAll).toBe(true);
  });

  it('takes defaults where no flag says otherwise', () => {
    const config = configOf(
      readFlags(pod(['/usr/local/bin/kube-proxy', '--kubeconfig=/k'])),
      undefined,
      'flags',
    );
    expect(config).toMatchObject({
      clusterCidrs: [],
      detectLocalMode: 'None',
      masqueradeBit: 14,
      assumed: [],
    });
  });

  it.each([
    [
      'a file',
      ['kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=$(NODE_NAME)'],
    ],
    ['what the image runs', []],
    ['flags filled in at run time', ['kube-proxy', '$(KUBE_PROXY_FLAGS)']],
    ['a range filled in at run time', ['kube-proxy', '--cluster-cidr=$(CLUSTER_CIDR)']],
    ['another program', ['/bin/wrapper', '--cluster-cidr=10.0.0.0/8']],
  ])('leaves open %s', (_, command) => {
    expect(readFlags(pod(command))).toBeUndefined();
  });
});
