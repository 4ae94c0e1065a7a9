import { describe } from 'vitest';
import { proveCheck } from '../prove-check-fixture.ts';
import { configTaken } from './config-taken.ts';

const configMap = (settings: object, name = 'kube-proxy', key = 'config.conf'): object => ({
  metadata: { namespace: 'kube-system', name },
  data: { [key]: JSON.stringify({ kind: 'KubeProxyConfiguration', ...settings }) },
});
const proxyPod = (volume = 'kube-proxy', ...command: string[]): object => ({
  metadata: { namespace: 'kube-system', name: 'kube-proxy-x', labels: { 'k8s-app': 'kube-proxy' } },
  spec: {
    nodeName: 'node-a',
    containers: [{ name: 'kube-proxy', command }],
    volumes: [{ name: 'config', configMap: { name: volume } }],
  },
  status: { phase: 'Running' },
});
const configz = (settings: object): Record<string, string> => ({
  'nodes/node-a/configz.json': JSON.stringify({
    'kubeproxy.config.k8s.io': { kind: 'KubeProxyConfiguration', ...settings },
  }),
});
const mode = (text: string): Record<string, string> => ({ 'nodes/node-a/mode.txt': text });
const cluster = (settings: object, files: Record<string, string>, volume?: string) => ({
  services: [],
  pods: [proxyPod(volume)],
  configmaps: [configMap(settings)],
  files,
});
const blind = { services: [] };

describe('kube-proxy/config-taken, the mode', () => {
  proveCheck(configTaken, {
    healthy: cluster({ mode: '' }, mode('iptables')),
    broken: cluster({ mode: 'nftables' }, mode('iptables')),
    problem: { severity: 'warning', node: 'node-a', summary: /on node-a .*\(mode nftables, not iptables\)/ },
    blind,
  });
});

describe('kube-proxy/config-taken, the mode by the log alone', () => {
  const log = (name: string): Record<string, string> => ({
    'nodes/node-a/kube-proxy.log': `I1124 00:47:26.887556       1 server_linux.go:53] "Using ${name} Proxier"\n`,
  });
  proveCheck(configTaken, {
    healthy: cluster({ mode: 'ipvs' }, log('ipvs')),
    broken: cluster({ mode: 'ipvs' }, log('iptables')),
    problem: { summary: /mode ipvs, not iptables/ },
    blind,
  });
});

describe('kube-proxy/config-taken, other settings', () => {
  const runs = configz({ mode: 'nftables', clusterCIDR: '10.244.0.0/16', nodePortAddresses: ['primary'] });
  proveCheck(configTaken, {
    healthy: cluster({ mode: 'nftables', clusterCIDR: '10.244.0.0/16' }, runs),
    broken: cluster({ mode: 'nftables', clusterCIDR: '10.0.0.0/8' }, runs),
    problem: { summary: /\(clusterCIDR 10\.0\.0\.0\/8, not 10\.244\.0\.0\/16\)/ },
    blind,
  });
});

describe('kube-proxy/config-taken, a ConfigMap that kube-proxy does not mount', () => {
  proveCheck(configTaken, {
    healthy: cluster({ mode: 'ipvs' }, mode('iptables'), 'kube-proxy-of-another'),
    broken: cluster({ mode: 'ipvs' }, mode('iptables')),
    problem: { summary: /mode ipvs, not iptables/ },
    blind,
  });
});

describe('kube-proxy/config-taken, the ConfigMap of another installer', () => {
  const of = (settings: object) => ({
    ...cluster(settings, mode('iptables'), 'kube-proxy-config'),
    configmaps: [configMap(settings, 'kube-proxy-config', 'config')],
  });
  proveCheck(configTaken, {
    healthy: of({ mode: 'iptables' }),
    broken: of({ mode: 'ipvs' }),
    problem: { subject: 'ConfigMap kube-system/kube-proxy-config', summary: /mode ipvs, not iptables/ },
    blind,
  });
});

describe('kube-proxy/config-taken, a kube-proxy that is told its settings by options', () => {
  const by = (...command: string[]) => ({
    ...cluster({ mode: 'ipvs' }, mode('iptables')),
    pods: [proxyPod('kube-proxy', 'kube-proxy', ...command)],
  });
  proveCheck(configTaken, {
    healthy: by('--proxy-mode=iptables'),
    broken: by('--config=/var/lib/kube-proxy/config.conf'),
    problem: { summary: /mode ipvs, not iptables/ },
    blind,
  });
});
