import { describe, expect, it } from 'vitest';
import type { ConfigMap, Pod } from '../kubernetes/objects.ts';
import { configOf, findSharedConfig, readWrittenConfig } from './read-config.ts';

const read = (text: string) => configOf(readWrittenConfig(text), undefined, 'x');

describe('readWrittenConfig', () => {
  it('reads the ConfigMap', () => {
    const config = read(
      'mode: nftables\nclusterCIDR: 10.244.0.0/16,fd00::/64\nnftables:\n  syncPeriod: 1m30s\n',
    );
    expect(config).toMatchObject({
      mode: 'nftables',
      clusterCidrs: ['10.244.0.0/16', 'fd00::/64'],
      syncPeriodSeconds: 90,
    });
  });

  // Field names of /configz of kube-proxy 1.34, which shows the internal type.
  it('reads the internal type', () => {
    const config = read(
      JSON.stringify({
        'kubeproxy.config.k8s.io': {
          Linux: { MasqueradeAll: true },
          HostnameOverride: 'node-a',
          Mode: 'iptables',
          DetectLocalMode: 'ClusterCIDR',
          DetectLocal: { ClusterCIDRs: ['10.244.0.0/16'] },
          NodePortAddresses: ['192.0.2.1/32'],
          SyncPeriod: '1m0s',
        },
      }),
    );
    expect(config).toMatchObject({
      mode: 'iptables',
      hostnameOverride: 'node-a',
      clusterCidrs: ['10.244.0.0/16'],
      detectLocalMode: 'ClusterCIDR',
      nodePortAddresses: ['192.0.2.1/32'],
      masqueradeAll: true,
      syncPeriodSeconds: 60,
    });
  });

  it('assumes what nothing tells, and says so', () => {
    expect(configOf(undefined, 'ipvs', undefined)).toMatchObject({
      mode: 'ipvs',
      ipvsScheduler: 'rr',
      detectLocalMode: 'ClusterCIDR',
    });
    expect(configOf(undefined, 'ipvs', undefined).assumed).toContain('clusterCidrs');
    expect(readWrittenConfig('- nothing: [')).toBeUndefined();
  });
});

describe('findSharedConfig', () => {
  const configMap = (name: string, data: Record<string, string>): ConfigMap => ({
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kube-system' },
    data,
  });
  const ofKubeadm = configMap('kube-proxy', {
    'config.conf': 'mode: nftables',
    'kubeconfig.conf': 'kind: Config',
  });
  const ofEks = configMap('kube-proxy-config', { config: 'mode: ipvs' });

  it('finds the ConfigMap of kubeadm, else that of EKS', () => {
    expect(findSharedConfig([ofEks, ofKubeadm])).toEqual({ configMap: ofKubeadm, text: 'mode: nftables' });
    const kubeconfig = configMap('kube-proxy', { kubeconfig: 'kind: Config' });
    expect(findSharedConfig([kubeconfig, ofEks])).toEqual({ configMap: ofEks, text: 'mode: ipvs' });
    expect(findSharedConfig([configMap('other', { config: 'mode: ipvs' })])).toBeUndefined();
  });

  it('finds the one that the pod mounts, whatever it and its key are called', () => {
    const pod = (...mounted: string[]): Pod => ({
      kind: 'Pod',
      metadata: { name: 'proxy-x', namespace: 'kube-system' },
      spec: { containers: [], volumes: mounted.map((name) => ({ name, configMap: { name } })) },
      status: {},
    });
    const own = configMap('proxy-of-pool', {
      other: 'kind: Config',
      'proxy.yaml': 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs',
    });
    const elsewhere = {
      ...own,
      metadata: { name: 'proxy-of-pool', namespace: 'shop' },
      data: { config: 'x' },
    };
    const all = [elsewhere, ofKubeadm, own];
    expect(findSharedConfig(all, pod('ca', 'proxy-of-pool'))?.configMap).toBe(own);
    expect(findSharedConfig(all, pod('unread'))).toBeUndefined();
    expect(findSharedConfig(all, pod())?.configMap).toBe(ofKubeadm);
  });
});
