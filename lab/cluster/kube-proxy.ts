import { existsSync } from 'node:fs';
import { imageReferences } from '../build/images.ts';
import type { ApiObject } from './api.ts';
import { apiAt, hostPort, layoutsOf, type LabShape } from './layout.ts';

/** What a fault may change in kube-proxy's configuration. */
export interface ProxyChange {
  readonly clusterCidr?: string;
  readonly server?: string;
  readonly mode?: string;
  /** Tell pods by the bridge of this name, instead of by clusterCIDR. */
  readonly podBridge?: string;
  readonly nodePortAddresses?: readonly string[];
  /** Let kube-proxy raise nf_conntrack_max, which a network namespace refuses. */
  readonly setConntrackMax?: boolean;
}

/**
 * kube-proxy's ConfigMap as kubeadm makes it, with the sysctls that a namespace cannot write switched off. In IPVS mode it would
 * rewrite every 30 s what was edited by hand; a longer period lets a fault stay.
 */
export function proxyConfigMap(shape: LabShape, change: ProxyChange = {}): ApiObject {
  const layouts = layoutsOf(shape);
  const { any, controlPlane } = layouts[0];
  const cidr = layouts.map((l) => l.clusterCidr).join(',');
  const configuration = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: change.mode ?? shape.mode,
    clusterCIDR: change.clusterCidr ?? cidr,
    ...(change.podBridge === undefined
      ? { detectLocalMode: 'ClusterCIDR' }
      : { detectLocalMode: 'BridgeInterface', detectLocal: { bridgeInterface: change.podBridge } }),
    clientConnection: { kubeconfig: '/var/lib/kube-proxy/kubeconfig.conf' },
    conntrack: {
      maxPerCore: change.setConntrackMax === true ? 8_000_000 : 0,
      min: change.setConntrackMax === true ? 16_000_000 : 0,
      tcpEstablishedTimeout: '0s',
      tcpCloseWaitTimeout: '0s',
    },
    healthzBindAddress: hostPort(any, 10256),
    metricsBindAddress: hostPort(any, 10249),
    ...(change.nodePortAddresses === undefined ? {} : { nodePortAddresses: change.nodePortAddresses }),
    ...(shape.mode === 'ipvs' ? { ipvs: { scheduler: 'rr', syncPeriod: '15m' } } : {}),
  };
  const server = change.server ?? apiAt(controlPlane);
  const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
    server: ${server}
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-proxy', namespace: 'kube-system', labels: { app: 'kube-proxy' } },
    data: { 'config.conf': JSON.stringify(configuration, null, 1), 'kubeconfig.conf': kubeconfig },
  };
}

/** The role binding without which kube-proxy may not list Services. */
export const proxyBinding: ApiObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'kubeadm:node-proxier' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-proxier' },
  subjects: [{ kind: 'ServiceAccount', name: 'kube-proxy', namespace: 'kube-system' }],
};

/** kube-proxy as kubeadm deploys it: service account, binding, ConfigMap, DaemonSet. */
export function kubeProxyObjects(shape: LabShape): ApiObject[] {
  const image = shape.olderKubeProxy ? imageReferences.olderKubeProxy : imageReferences.kubeProxy;
  const modules = existsSync('/lib/modules');
  const mount = (name: string, mountPath: string, readOnly = false): object => ({
    name,
    mountPath,
    readOnly,
  });
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'kube-proxy', namespace: 'kube-system' },
    },
    proxyBinding,
    proxyConfigMap(shape),
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'kube-proxy', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
      spec: {
        selector: { matchLabels: { 'k8s-app': 'kube-proxy' } },
        template: {
          metadata: { labels: { 'k8s-app': 'kube-proxy' } },
          spec: {
            hostNetwork: true,
            priorityClassName: 'system-node-critical',
            serviceAccountName: 'kube-proxy',
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            tolerations: [{ operator: 'Exists' }],
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'kube-proxy',
                image,
                imagePullPolicy: 'Never',
                command: [
                  '/usr/local/bin/kube-proxy',
                  '--config=/var/lib/kube-proxy/config.conf',
                  '--hostname-override=$(NODE_NAME)',
                  '--v=2',
                ],
                env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
                securityContext: { privileged: true },
                volumeMounts: [
                  mount('kube-proxy', '/var/lib/kube-proxy'),
                  mount('xtables-lock', '/run/xtables.lock'),
                  ...(modules ? [mount('lib-modules', '/lib/modules', true)] : []),
                ],
              },
            ],
            volumes: [
              { name: 'kube-proxy', configMap: { name: 'kube-proxy' } },
              { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
              ...(modules ? [{ name: 'lib-modules', hostPath: { path: '/lib/modules' } }] : []),
            ],
          },
        },
      },
    },
  ];
}
