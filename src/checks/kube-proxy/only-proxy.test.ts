import { describe } from 'vitest';
import { pod } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { onlyProxy } from './only-proxy.ts';

const labelled = (app: string) => pod(app, {}, {}, { namespace: 'kube-system', labels: { 'k8s-app': app } });
const cluster = (replacement: string) => ({
  services: [],
  pods: [labelled('kube-proxy'), labelled('cilium')],
  configmaps: [
    {
      metadata: { name: 'cilium-config', namespace: 'kube-system' },
      data: { 'kube-proxy-replacement': replacement },
    },
  ],
});

describe('kube-proxy/only-proxy', () => {
  proveCheck(onlyProxy, {
    healthy: cluster('false'),
    broken: cluster('true'),
    problem: { severity: 'warning', summary: /kube-proxy and Cilium, which is set to replace it, both run/ },
    blind: { services: [] },
  });
});
